#include "courier/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netdb.h>
#include <stdio.h>

static const char *refusal(const char *text, const char *allow)
{
    struct address a;
    struct cidr net;
    size_t count = 0;

    if (!address_parse(text, &a))
        fail_msg("%s is no address", text);
    if (allow) {
        assert_int_equal(cidr_parse(allow, &net, NULL), ERR_OK);
        count = 1;
    }
    const struct address_range *range = address_refused(&a, &net, count);
    return range ? range->name : NULL;
}

struct row {
    const char *address;
    const char *name;
};

/* The house's own services must not be reachable by writing an address into a contact. */
static void what_is_not_on_the_public_internet_is_refused_by_name(void **state)
{
    static const struct row table[] = {
        {"127.0.0.1", "loopback"},
        {"127.255.255.255", "loopback"},
        {"10.0.0.0", "private"},
        {"10.255.255.255", "private"},
        {"172.16.0.1", "private"},
        {"172.31.255.255", "private"},
        {"192.168.0.1", "private"},
        {"192.168.255.255", "private"},
        {"100.64.0.1", "carrier NAT"},
        {"100.127.255.255", "carrier NAT"},
        {"100.100.100.200", "a cloud's metadata service"},
        {"169.254.169.254", "a cloud's metadata service"},
        {"168.63.129.16", "a cloud's metadata service"},
        {"169.254.0.1", "link-local"},
        {"0.0.0.0", "this host"},
        {"0.255.255.255", "this host"},
        {"192.0.0.192", "reserved"},
        {"192.0.2.7", "documentation"},
        {"198.51.100.7", "documentation"},
        {"203.0.113.7", "documentation"},
        {"192.88.99.1", "reserved"},
        {"198.18.0.1", "benchmarking"},
        {"198.19.255.255", "benchmarking"},
        {"224.0.0.1", "multicast"},
        {"239.255.255.255", "multicast"},
        {"240.0.0.1", "reserved"},
        {"255.255.255.255", "broadcast"},
        {"::", "this host"},
        {"::1", "loopback"},
        {"::2", "reserved"},
        {"fc00::1", "private"},
        {"fdff:ffff::1", "private"},
        {"fd00:ec2::254", "private"},
        {"fe80::1", "link-local"},
        {"fe80::1%eth0", "link-local"},
        {"febf::1", "link-local"},
        {"fec0::1", "private"},
        {"ff02::1", "multicast"},
        {"2001:db8::1", "documentation"},
        {"3fff:fff::1", "documentation"},
        {"100::1", "reserved"},
        {"4000::1", "reserved"},
        {"8000::1", "reserved"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *name = refusal(table[i].address, NULL);

        if (!name || strcmp(name, table[i].name) != 0)
            fail_msg("%s: %s, not %s", table[i].address, name ? name : "allowed", table[i].name);
    }
}

static void public_addresses_are_connected_to(void **state)
{
    static const char *const table[] = {
        "1.1.1.1",           "9.255.255.255",    "11.0.0.0",       "100.63.255.255",
        "100.128.0.0",       "126.255.255.255",  "128.0.0.0",      "169.253.255.255",
        "169.255.0.0",       "172.15.255.255",   "172.32.0.0",     "192.167.255.255",
        "192.169.0.0",       "198.17.255.255",   "198.20.0.0",     "223.255.255.255",
        "2606:4700::1",      "2001:4860::1",     "2a00::1",        "3ffe::1",
        "2002:0808:0808::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2001:0:808:808::f7f7:f7f7",
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *name = refusal(table[i], NULL);

        if (name)
            fail_msg("%s is refused as %s", table[i], name);
    }
}

/* These spellings have been ways around such lists before. */
static void an_ipv4_address_inside_an_ipv6_one_is_judged_too(void **state)
{
    static const struct row table[] = {
        {"::ffff:127.0.0.1", "loopback"},
        {"::ffff:7f00:1", "loopback"},
        {"::ffff:10.1.2.3", "private"},
        {"::ffff:169.254.169.254", "a cloud's metadata service"},
        {"::127.0.0.1", "reserved"},
        {"::ffff:0:127.0.0.1", "reserved"},
        {"2002:7f00:1::", "loopback"},
        {"2002:a9fe:a9fe::1", "a cloud's metadata service"},
        {"2002:c0a8:101::1", "private"},
        {"64:ff9b::127.0.0.1", "loopback"},
        {"64:ff9b::a00:1", "private"},
        {"64:ff9b:1::1", "private"},
        {"64:ff9b:1:fffe::8.8.8.8", "private"},
        /* Teredo: server 127.0.0.1; client 10.0.0.1 with its bits turned */
        {"2001:0:7f00:1::f7f7:f7f7", "loopback"},
        {"2001:0:808:808::f5ff:fffe", "private"},
        /* ISATAP in a public prefix */
        {"2a00::5efe:10.0.0.1", "private"},
        {"2a00::200:5efe:10.0.0.1", "private"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *name = refusal(table[i].address, NULL);

        if (!name || strcmp(name, table[i].name) != 0)
            fail_msg("%s: %s, not %s", table[i].address, name ? name : "allowed", table[i].name);
    }
}

/* A text message gateway in the city's own network is the usual case, not the exception. */
static void an_endpoint_may_allow_a_network(void **state)
{
    (void)state;
    assert_null(refusal("10.1.2.3", "10.0.0.0/8"));
    assert_null(refusal("::ffff:10.1.2.3", "10.0.0.0/8"));
    assert_null(refusal("10.1.2.3", "::ffff:10.0.0.0/104"));
    assert_null(refusal("10.1.2.3", "10.1.2.3"));
    assert_null(refusal("127.0.0.1", "127.0.0.0/8"));
    assert_null(refusal("::1", "::1"));
    assert_null(refusal("fd12::9", "fd12::/16"));
    assert_null(refusal("10.1.2.3", "0.0.0.0/0"));
}

static void an_allowed_network_opens_no_other(void **state)
{
    (void)state;
    assert_string_equal(refusal("11.0.0.1", NULL) ? "?" : "public", "public");
    assert_string_equal(refusal("192.168.0.1", "10.0.0.0/8"), "private");
    assert_string_equal(refusal("10.2.0.1", "10.1.0.0/16"), "private");
    assert_string_equal(refusal("127.0.0.1", "127.0.0.2"), "loopback");
    /* not the same machine: the address is in the middle of a tunnel */
    assert_string_equal(refusal("2002:a00:1::1", "10.0.0.0/8"), "private");
    /* ::/0 is IPv6; IPv4 has its own spelling of everything */
    assert_string_equal(refusal("10.0.0.1", "::/0"), "private");
    assert_null(refusal("::1", "::/0"));
}

static void a_network_is_written_strictly(void **state)
{
    static const char *const bad[] = {
        "",           "10",          "10.0.0.0/33",  "10.0.0.0/",   "10.0.0.0/-1",  "10.0.0.0/8x",
        "10.0.0.1/8", "10.0.0.0/ 8", "localhost",    "010.0.0.0/8", "0x0a000000/8", "::/129",
        "fe80::1%lo", "[::1]",       "10.0.0.0/8/8", "::1/64",      "10.0.0/8",     "2130706433",
    };
    struct cidr net;
    struct why why;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (cidr_parse(bad[i], &net, &why) != ERR_INVALID)
            fail_msg("\"%s\" was taken", bad[i]);
        assert_non_null(strchr(why.text, '"'));
    }
}

/* libc turns these hosts into addresses before we see them; the policy sees what is connected. */
static void odd_spellings_of_loopback_arrive_as_loopback(void **state)
{
    static const char *const hosts[] = {"2130706433", "0x7f000001",     "0x7f.1", "127.1",
                                        "0177.0.0.1", "017700000001",   "0",      "::ffff:7f00:1",
                                        "::1",        "0:0:0:0:0:0:0:1"};

    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
        struct addrinfo *info = NULL;
        struct address a;

        if (getaddrinfo(hosts[i], "80", &hints, &info) != 0)
            fail_msg("%s is no host", hosts[i]);
        assert_true(address_of_socket(info->ai_addr, &a));
        if (!address_refused(&a, NULL, 0))
            fail_msg("%s is allowed", hosts[i]);
        freeaddrinfo(info);
    }
}

static void only_internet_sockets_have_an_address(void **state)
{
    struct sockaddr local = {.sa_family = AF_UNIX};
    struct address a;

    (void)state;
    assert_false(address_of_socket(&local, &a));
    assert_false(address_parse("localhost", &a));
    assert_false(address_parse("[::1", &a));
    assert_false(address_parse("", &a));
    assert_true(address_parse("[::1]", &a));
}

/* Why: of a demo nothing leaves the machine, and no way of writing an address gets around that. */
static void a_demo_knows_no_address_but_loopback(void **state)
{
    static const char *const outside[] = {"0.0.0.0",
                                          "10.0.0.1",
                                          "128.0.0.1",
                                          "126.255.255.255",
                                          "8.8.8.8",
                                          "::",
                                          "::2",
                                          "fe80::1",
                                          "2002:7f00:1::",
                                          "::127.0.0.1",
                                          "64:ff9b::7f00:1",
                                          "2001:4860:4860::8888"};
    static const char *const inside[] = {"127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"};
    struct address a;

    (void)state;
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        assert_true(address_parse(outside[i], &a));
        assert_non_null(address_outside(&a));
    }
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        assert_true(address_parse(inside[i], &a));
        assert_null(address_outside(&a));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_demo_knows_no_address_but_loopback),
        cmocka_unit_test(what_is_not_on_the_public_internet_is_refused_by_name),
        cmocka_unit_test(public_addresses_are_connected_to),
        cmocka_unit_test(an_ipv4_address_inside_an_ipv6_one_is_judged_too),
        cmocka_unit_test(an_endpoint_may_allow_a_network),
        cmocka_unit_test(an_allowed_network_opens_no_other),
        cmocka_unit_test(a_network_is_written_strictly),
        cmocka_unit_test(odd_spellings_of_loopback_arrive_as_loopback),
        cmocka_unit_test(only_internet_sockets_have_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
