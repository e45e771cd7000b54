# Muster. One Makefile, not recursive; all output goes to out/.
#
# make                build out/muster                make test       all tests but the long ones
# make demo           a story of a minute             make lint       format, tidy, luacheck
# make layers         who may know whom               make sanitize   the tests under ASan and UBSan
# make fault          kills at every named point      make help       this list
#
# DEV=1 adds -Werror. CC=clang works. OUT= names another output folder.

OUT     ?= out
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
VERSION := 0.1.0

LIBS_PKG := libevent_core libevent_pthreads lua5.4 sqlite3 libcurl jansson libsodium libseccomp

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wswitch-enum -Wvla -Wformat=2 -Wundef -Wcast-qual -Wwrite-strings -Wpointer-arith \
        -Werror=attributes -Werror=implicit-function-declaration $(if $(DEV),-Werror)
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE \
          $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)
OPT     ?= -O2
CFLAGS  ?= -g
CFLAGS_ALL = -std=c17 $(WARN) $(HARDEN) $(OPT) $(CFLAGS) $(SANITIZE) -fno-strict-aliasing
CPPFLAGS_ALL = -D_GNU_SOURCE -DMUSTER_VERSION='"$(VERSION)"' -Iengine $(PKG_CFLAGS) $(CPPFLAGS)
PKG_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(LIBS_PKG) 2>/dev/null))
PKG_LIBS   := $(shell pkg-config --libs $(LIBS_PKG) 2>/dev/null)
LDFLAGS_ALL = -pie -Wl,-z,relro,-z,now $(SANITIZE) $(LDFLAGS)

# The rings, inside out. An adapter knows core and base, never another adapter.
RINGS := base core plan courier store intake serve world sim ctl
SRC   := $(foreach r,$(RINGS),$(wildcard engine/$r/*.c)) $(wildcard engine/*.c)
OBJ   := $(SRC:engine/%.c=$(OUT)/obj/%.o)
# everything but main.c, for the tests to link
PARTS := $(filter-out $(OUT)/obj/main.o,$(OBJ))

TEST_SRC := $(wildcard tests/unit/test_*.c tests/story/test_*.c)
TEST_LIB := $(wildcard tests/lib/*.c)
TEST_BIN := $(TEST_SRC:tests/%.c=$(OUT)/tests/%)
TEST_LIB_OBJ := $(TEST_LIB:tests/%.c=$(OUT)/tests/obj/%.o)

.PHONY: all test lint layers sanitize fault demo help clean
all: $(OUT)/muster

$(OUT)/muster: $(OBJ)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS) -lm

$(OUT)/obj/%.o: engine/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# the schema is text in the repository and a string in the binary
$(OUT)/gen/%.inc: engine/%
	@mkdir -p $(@D)
	xxd -i < $< > $@

$(OUT)/libmuster.a: $(PARTS)
	@rm -f $@
	ar rcs $@ $^

$(OUT)/tests/obj/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS_ALL) -Itests/lib $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(OUT)/tests/%: $(OUT)/tests/obj/%.o $(TEST_LIB_OBJ) $(OUT)/libmuster.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS_ALL) -o $@ $< $(TEST_LIB_OBJ) $(OUT)/libmuster.a $(PKG_LIBS) -lcmocka -lm

.SECONDARY:

tests: $(TEST_BIN)
.PHONY: tests

test: $(OUT)/muster $(TEST_BIN)
	scripts/test

help:
	@sed -n '2,/^$$/s/^# \{0,1\}//p' Makefile

clean:
	rm -rf $(OUT)

-include $(OBJ:.o=.d) $(TEST_SRC:tests/%.c=$(OUT)/tests/obj/%.d) $(TEST_LIB_OBJ:.o=.d)
