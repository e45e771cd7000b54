# Muster. One Makefile, not recursive; all output goes to out/.
#
# make run            install what is missing, build, start the daemon in ./run/
# make test           install what is missing, build, run all tests but the long ones
# make demo           a flood at night, told in a minute; exits by itself
#
# make                build out/muster
# make check          the tests of `make test`, without looking for packages; TESTS=part-of-a-name
# make web            the pages alone, type-checked
# make lint           format, clang-tidy, luacheck, types of the pages, words
# make format         clang-format on all C files
# make layers         who may know whom, and what the core may call
# make sanitize       the tests under ASan and UBSan, in out/sanitize
# make fault          kills at random and at every named point, the long form
# make mutants        takes the counter-measures to Lua's hazards away: do their tests fail?
# make bench          figures beside Alertmanager, bare SQLite and libcurl: five minutes
# make install        PREFIX=/usr/local DESTDIR=
# make clean          removes out/
# make help           this list
#
# DEV=1 makes warnings errors, V=1 shows the commands, CC=clang works, OUT=folder for other output,
# OPT=-O0 to debug, DEPS=skip never looks for packages, WEB=0 builds without Node.js and without the
# pages.

OUT     ?= out
PREFIX  ?= /usr/local
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
VERSION := 0.1.0
WEB     ?= 1

LIBS_PKG   := jemalloc libevent_core libevent_pthreads lua5.4 sqlite3 libcurl jansson libsodium \
              libseccomp libcmark libical
# llhttp: Debian 12 has it as C source in node-llhttp, Debian 13 as a library.
LLHTTP_SRC := $(wildcard /usr/share/llhttp/*.c)
LLHTTP_LIB := $(if $(LLHTTP_SRC),,-lllhttp)
LIBS_HERE  := $(and $(shell pkg-config --exists $(LIBS_PKG) 2>/dev/null && command -v xxd), \
                    $(wildcard /usr/include/llhttp.h /usr/share/include/llhttp/llhttp.h))
PKG_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(LIBS_PKG) 2>/dev/null))
PKG_CFLAGS += $(if $(LLHTTP_SRC),-isystem /usr/share/include/llhttp -DLLHTTP_STRICT_MODE=1)
# A sanitizer brings an allocator of its own.
PKG_LIBS   := $(if $(SANITIZE),,-ljemalloc) $(shell pkg-config --libs $(LIBS_PKG) 2>/dev/null) \
              $(LLHTTP_LIB)
MACHINE    := $(shell $(CC) -dumpmachine 2>/dev/null)

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wswitch-enum -Wvla -Wformat=2 -Wundef -Wcast-qual -Wwrite-strings -Wpointer-arith \
        -Werror=attributes -Werror=implicit-function-declaration
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE \
          $(if $(filter x86_64-%,$(MACHINE)),-fcf-protection) \
          $(if $(filter aarch64-%,$(MACHINE)),-mbranch-protection=standard) \
          $(if $(SANITIZE)$(filter -O0,$(OPT)),,-D_FORTIFY_SOURCE=2)
OPT     ?= -O2
CFLAGS  ?= -g
CPPFLAGS_ALL = -D_GNU_SOURCE -DMUSTER_VERSION='"$(VERSION)"' -Iengine -I$(OUT) $(PKG_CFLAGS) \
               $(CPPFLAGS)
CFLAGS_ALL   = -std=c17 $(WARN) $(HARDEN) $(OPT) $(CFLAGS) $(SANITIZE) -fno-strict-aliasing
LDFLAGS_ALL  = -pie -Wl,-z,relro,-z,now,--build-id,--as-needed $(SANITIZE) $(LDFLAGS)
COMPILE      = $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL)

# One short line a step; V=1 shows the command.
Q   := $(if $(V),,@)
SAY  = @$(if $(V),:,printf '%-5s %s\n')

# The rings, inside out. An adapter knows core and base, never another adapter: see scripts/layers.
RINGS := base core site plan courier store intake serve web paper world sim desk ctl
SRC   := $(foreach r,$(RINGS),$(wildcard engine/$r/*.c)) $(wildcard engine/*.c)
LLHTTP := $(LLHTTP_SRC:/usr/share/llhttp/%.c=$(OUT)/obj/llhttp/%.o)
OBJ   := $(SRC:engine/%.c=$(OUT)/obj/%.o)
# everything but main(), for the tests to link
PARTS := $(filter-out $(OUT)/obj/main.o,$(OBJ))
# text in the repository, a string in the binary: #include "gen/store/schema/001_….sql.inc"
GEN   := $(patsubst engine/%,$(OUT)/gen/%.inc,$(wildcard engine/*/schema/*.sql) \
         engine/serve/openapi.json) $(OUT)/gen/web/files.inc

# The pages. What npm and esbuild make is the same for every compiler and flag, and always there:
WEB_OUT   := out/web
WEB_SRC   := $(wildcard engine/web/src/*.ts engine/web/src/*.tsx) engine/web/tsconfig.json
# app.js and phones.js are what the pages begin with; beside them lie the parts that these load,
# named by their content.
WEB_JS    := $(WEB_OUT)/pages/js
WEB_MADE  := $(WEB_JS)/app.js $(WEB_JS)/phones.js $(WEB_OUT)/pages/app.css engine/web/index.html \
             engine/web/phones.html
WEB_FILES := $(if $(filter 0,$(WEB)),engine/web/plain.html,$(WEB_MADE)) engine/web/favicon.svg \
             $(filter-out %/app.css,$(wildcard engine/web/*.css))
ESBUILD   := $(WEB_OUT)/pages/node_modules/.bin/esbuild --log-level=warning
# duty rooms do not always have the newest browser
FOR_PAGES := --minify --charset=utf8 --target=es2020,chrome90,firefox90,safari15
TSC       := $(WEB_OUT)/tests/node_modules/.bin/tsc

# One binary a test file, linked with everything in tests/lib.
TEST_SRC     := $(wildcard tests/unit/test_*.c tests/story/test_*.c)
TEST_BIN     := $(TEST_SRC:tests/%.c=$(OUT)/tests/%)
TEST_LIB_OBJ := $(patsubst tests/%.c,$(OUT)/tests/obj/%.o,$(wildcard tests/lib/*.c))
# Programs that a test in Python drives: a part of the engine on its own.
DRIVER_SRC   := $(wildcard tests/driver/*.c)
DRIVER       := $(DRIVER_SRC:tests/%.c=$(OUT)/tests/%)
# Libraries that tests put in front of libc (LD_PRELOAD): a disk that fails, a clock that steps.
PRELOAD      := $(patsubst tests/%.c,$(OUT)/tests/%.so,$(wildcard tests/preload/*.c))
# Programs of `make bench`: they load Muster from outside, or do a part of its work bare.
PEERS        := $(patsubst tests/peers/%.c,$(OUT)/peers/bin/%,$(wildcard tests/peers/*.c))
# Programs of Node.js that drive a browser: one file of TypeScript each, and what they share.
WEB_TEST_LIB := $(wildcard tests/web/lib/*.ts) tests/web/tsconfig.json
WEB_TEST     := $(if $(filter 0,$(WEB)),, \
                  $(patsubst tests/web/%.ts,$(WEB_OUT)/tests/%.mjs,$(wildcard tests/web/*.ts)))

.PHONY: all run test demo check tests web types lint format layers sanitize fault install clean \
        mutants bench peers help flags
all: $(OUT)/muster

$(OUT)/muster: $(OBJ) $(LLHTTP)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(OBJ) $(LLHTTP) $(PKG_LIBS) -lm

$(OUT)/obj/%.o: engine/%.c $(OUT)/flags | $(GEN)
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(COMPILE) $(if $(DEV),-Werror) -MMD -MP -c -o $@ $<

# Others' source: our warnings are not for it.
$(OUT)/obj/llhttp/%.o: /usr/share/llhttp/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(COMPILE) -w -c -o $@ $<

$(OUT)/gen/%.inc: engine/%
	@mkdir -p $(@D)
	$(Q)xxd -i < $< > $@

# Made anew when a file comes or goes, too: as by WEB=0.
$(OUT)/gen/web/files.inc: $(WEB_FILES) $(OUT)/gen/web/names scripts/embed
	$(SAY) EMBED "the pages"
	$(Q)scripts/embed $@ $(WEB_FILES) $(if $(filter 0,$(WEB)),,$(WEB_JS)/*-*.js)

$(OUT)/gen/web/names: force
	@mkdir -p $(@D)
	@echo '$(WEB_FILES)' | cmp -s - $@ || echo '$(WEB_FILES)' > $@

$(WEB_JS)/app.js: $(WEB_SRC) $(WEB_OUT)/pages/installed
	$(SAY) WEB $(WEB_JS)
	$(Q)rm -rf $(WEB_JS)
	$(Q)$(ESBUILD) $(FOR_PAGES) app=engine/web/src/main.tsx phones=engine/web/src/main_phones.tsx \
	    --bundle --splitting --format=esm --outdir=$(WEB_JS)

$(WEB_JS)/phones.js: $(WEB_JS)/app.js

$(WEB_OUT)/pages/app.css: engine/web/app.css $(WEB_OUT)/pages/installed
	$(SAY) WEB $@
	$(Q)$(ESBUILD) $(FOR_PAGES) $< --outfile=$@

$(WEB_OUT)/tests/%.mjs: tests/web/%.ts $(WEB_TEST_LIB) $(WEB_SRC) $(WEB_OUT)/pages/installed \
                        $(WEB_OUT)/tests/installed
	$(SAY) WEB $@
	$(Q)$(ESBUILD) $< --bundle --platform=node --target=node18 --format=esm \
	    --external:playwright-core --outfile=$@

# What the locks name, fetched once, as they name it; no script of theirs is run.
$(WEB_OUT)/pages/installed: engine/web/package-lock.json
$(WEB_OUT)/tests/installed: tests/web/package-lock.json
$(WEB_OUT)/%/installed:
	@command -v npm >/dev/null || { echo "make: the pages need npm, and it is not here." \
	    "Run: scripts/deps run, or build without them: make WEB=0" >&2; exit 1; }
	@mkdir -p $(@D)
	$(SAY) NPM $(<D)
	$(Q)cp $(<D)/package.json $(<D)/package-lock.json $(@D)
	$(Q)cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

$(OUT)/libmuster.a: $(PARTS) $(LLHTTP)
	@rm -f $@ # q appends: r would let one file.o push out that of another folder
	$(Q)ar qcs $@ $^

$(OUT)/tests/obj/%.o: tests/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(COMPILE) -Itests/lib $(if $(DEV),-Werror) -MMD -MP -c -o $@ $<

$(OUT)/tests/%: $(OUT)/tests/obj/%.o $(TEST_LIB_OBJ) $(OUT)/libmuster.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $< $(TEST_LIB_OBJ) $(OUT)/libmuster.a $(PKG_LIBS) -lcmocka -lm

# Plain flags: a preloaded library must not bring a sanitizer of its own.
$(OUT)/tests/preload/%.so: tests/preload/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) -D_GNU_SOURCE -std=c17 $(WARN) $(OPT) -g -fPIC -shared -o $@ $< -ldl

# Nothing of ours in them, nor our allocator.
$(OUT)/peers/bin/%: tests/peers/%.c tests/peers/peer.h $(OUT)/flags
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) -D_GNU_SOURCE -std=c17 $(WARN) $(if $(DEV),-Werror) -O2 -g -o $@ $< -lcurl -lsqlite3

.SECONDARY:

# Compiled anew when the compiler or a flag changes; DEV=1 alone changes no object.
$(OUT)/flags: force
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(COMPILE))' | cmp -s - $@ || echo '$(subst ','\'',$(COMPILE))' > $@
.PHONY: force

ifeq ($(LIBS_HERE),)
$(OUT)/flags: libraries-are-missing
.PHONY: libraries-are-missing
libraries-are-missing:
	@echo "make: not all of these are here: $(LIBS_PKG) llhttp xxd. Run: scripts/deps run" >&2; exit 1
endif

# What `make run`, `make test` and `make demo` do after installing runs in a make of its own, which
# sees the new packages; it uses all processors unless -j says otherwise.
AGAIN = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

test:
	@scripts/deps test
	@$(AGAIN) check

tests: $(OUT)/muster $(TEST_BIN) $(DRIVER) $(PRELOAD) $(PEERS) $(WEB_TEST)

check: tests
	@OUT=$(OUT) WEB=$(WEB) scripts/test

demo:
	@scripts/deps run
	@$(AGAIN) all
	@OUT=$(OUT) scripts/demo

run:
	@scripts/deps run
	@$(AGAIN) all
	@$(OUT)/muster serve --demo --plans plans --data run

bench:
	@scripts/deps run
	@$(AGAIN) all peers
	@OUT=$(OUT) scripts/bench

peers: $(PEERS)

fault:
	@scripts/deps test
	@$(AGAIN) tests
	@OUT=$(OUT) WEB=$(WEB) scripts/test --long --kind fault

mutants:
	@scripts/deps test
	@$(AGAIN) tests
	@OUT=$(OUT) tests/mutants/run

sanitize:
	@scripts/deps all
	@MUSTER_TEST_SLOW=4 $(AGAIN) OUT=$(OUT)/sanitize OPT=-O1 check \
	    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer'

web: $(WEB_MADE) types

types: $(WEB_OUT)/pages/installed $(WEB_OUT)/tests/installed
	@$(TSC) -p engine/web
	@$(TSC) -p tests/web

lint:
	@scripts/deps all
	@WEB=$(WEB) scripts/lint

format:
	@git ls-files --cached --others --exclude-standard '*.c' '*.h' | xargs clang-format -i

layers: $(OBJ)
	@scripts/layers $(OUT)

# The flags of the compiler, for scripts/lint.
flags:
	@echo $(subst ",\",$(CPPFLAGS_ALL)) -Itests/lib -std=c17

install: $(OUT)/muster
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/muster
	install -m 755 $(OUT)/muster $(DESTDIR)$(PREFIX)/bin/muster
	cp -R plans $(DESTDIR)$(PREFIX)/share/muster/

# Names that are promised and whose work is still to come.
NOT_BUILT := fuzz night coverage deb
.PHONY: $(NOT_BUILT)
$(NOT_BUILT):
	@echo "make $@: not built yet" >&2; exit 2

help:
	@sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile

clean:
	rm -rf $(OUT)

-include $(OBJ:.o=.d) $(TEST_LIB_OBJ:.o=.d) \
         $(patsubst tests/%.c,$(OUT)/tests/obj/%.d,$(TEST_SRC) $(DRIVER_SRC))
