#!/usr/bin/env bash
# Tests of the native core, each word in turn: run.sh plain|sanitizers|valgrind|aarch64|floor|fuzz [SECONDS] ...
#   plain       with cmocka, eight threads for 3 s, and the compiler's analyzer
#   sanitizers  the same with those for addresses and undefined behaviour; the threads with that for threads, too
#   valgrind    the same in valgrind, in fewer rounds
#   aarch64     cross-compiled, in short, with qemu
#   floor       the library: which glibc it needs, what it shows
#   fuzz        with libFuzzer, 15 s if nothing is said; findings are left in target/ctest/fuzz, and go to seeds/ when mended
# Ends with 77 if a tool is missing and nothing has failed, with 1 instead if CULVERT_REQUIRE_TOOLS=1.
# Builds into native/target/ctest alone.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
main=$(cd "$here/../../main/c" && pwd)
shopt -s extglob
sources=("$main"/!(jni).c) # these programs have no JVM
out=$(cd "$here/../../.." && pwd)/target/ctest
warnings=(-std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -g)
programs=(handles address datagram segment icmp poller network namespace)
newest_glibc=2.17 # CentOS 7, and aarch64's first
missing=

lacks() {
    echo "NOT TESTED: $1 needs $2"
    missing="$missing $1"
}

has() {
    command -v "$1" >/dev/null
}

has_cmocka() {
    printf '#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <setjmp.h>\n#include <cmocka.h>\n' |
        cc -E - >/dev/null 2>&1
}

# compile FOLDER COMPILER "FLAGS FOR THE CORE" FLAGS...: objects of the core, and what all tests share
compile() {
    local folder=$1 compiler=$2 core=$3 file
    shift 3
    rm -rf "$folder"
    mkdir -p "$folder"
    for file in "${sources[@]}"; do
        echo "'$compiler' ${warnings[*]} $* $core -c -o '$folder/$(basename "$file" .c).o' '$file'"
    done >"$folder/commands"
    echo "'$compiler' ${warnings[*]} $* -c -o '$folder/support.o' '$here/support.c'" >>"$folder/commands"
    parallel "$folder/commands"
}

# build FOLDER COMPILER NAMES LIBRARIES FLAGS...: programs of the objects there
build() {
    local folder=$1 compiler=$2 names=$3 libraries=$4 name
    shift 4
    for name in $names; do
        echo "'$compiler' ${warnings[*]} $* -o '$folder/$name' '$here/$name.c' '$folder'/*.o $libraries"
    done >"$folder/commands"
    parallel "$folder/commands"
}

parallel() {
    tr '\n' '\0' <"$1" | xargs -0 -P "$(nproc)" -I '{}' sh -c '{}'
}

# run LABEL COMMAND...: a line if it goes well, all that it says if not
run() {
    local label=$1 begun=$SECONDS said status=0
    shift
    said=$(timeout -k 5 120 "$@" 2>&1) || status=$?
    if [ "$status" -ne 0 ]; then
        printf '%s\nFAILED (%s): %s: %s\n' "$said" "$status" "$label" "$*"
        exit 1
    fi
    printf 'ok %4d s  %s  %s\n' "$((SECONDS - begun))" "$label" \
        "$(grep -E '^[0-9]+ (threads|inputs)' <<<"$said" | tail -n 1 || true)"
    grep -E '^not tested|NOT SUPPORTED' <<<"$said" | sort -u || true
}

# tests LABEL FOLDER SECONDS COMMAND...: all programs there, with the command before them
tests() {
    local label=$1 folder=$2 seconds=$3 name
    shift 3
    for name in "${programs[@]}"; do
        run "$label ${name}_test" "$@" "$folder/${name}_test"
    done
    run "$label threads_test" "$@" "$folder/threads_test" "$seconds"
    run "$label seeds" "$@" "$folder/fuzz_driver" "$here/seeds"
}

build_tests() {
    local folder=$1
    shift
    build "$folder" cc "$(printf '%s_test ' "${programs[@]}")" "-lcmocka -pthread" "$@"
    build "$folder" cc threads_test -pthread "$@"
    cc "${warnings[@]}" "$@" -c -o "$folder/fuzz.o" "$here/fuzz.c"
    build "$folder" cc fuzz_driver -pthread "$@"
}

plain() {
    has_cmocka || { lacks plain libcmocka-dev; return 0; }
    local analyzer=
    if cc -fanalyzer -E -x c /dev/null >/dev/null 2>&1; then
        analyzer=-fanalyzer
    fi
    compile "$out/plain" cc "$analyzer" -O2
    build_tests "$out/plain" -O2
    tests plain "$out/plain" 3
}

sanitizers() {
    has_cmocka || { lacks sanitizers libcmocka-dev; return 0; }
    local flags=(-O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all)
    compile "$out/sanitizers" cc "" "${flags[@]}"
    build_tests "$out/sanitizers" "${flags[@]}"
    CULVERT_TEST_CYCLES=20000 tests sanitizers "$out/sanitizers" 3
    compile "$out/tsan" cc "" -O1 -fsanitize=thread
    build "$out/tsan" cc threads_test -pthread -O1 -fsanitize=thread
    build "$out/tsan" cc "handles_test poller_test" "-lcmocka -pthread" -O1 -fsanitize=thread
    # Where the kernel spreads addresses wider than the sanitizer of older compilers expects, it does not even start.
    local fixed=env
    if setarch -R true 2>/dev/null; then
        fixed="setarch -R env"
    fi
    run "threads threads_test" $fixed "$out/tsan/threads_test" 3
    run "threads handles_test" $fixed CULVERT_TEST_CYCLES=2000 "$out/tsan/handles_test"
    run "threads poller_test" $fixed "$out/tsan/poller_test"
}

in_valgrind() {
    has_cmocka || { lacks valgrind libcmocka-dev; return 0; }
    has valgrind || { lacks valgrind valgrind; return 0; }
    compile "$out/valgrind" cc "" -O1
    build_tests "$out/valgrind" -O1
    CULVERT_TEST_SLOW=1 CULVERT_TEST_CYCLES=2000 CULVERT_TEST_ROUNDS=5 tests valgrind "$out/valgrind" 2 \
        valgrind -q --error-exitcode=1 --leak-check=full --show-leak-kinds=all --track-fds=no --fair-sched=try
}

aarch64() {
    has aarch64-linux-gnu-gcc || { lacks aarch64 "gcc-aarch64-linux-gnu and libc6-dev-arm64-cross"; return 0; }
    has qemu-aarch64 || { lacks aarch64 qemu-user; return 0; }
    compile "$out/aarch64" aarch64-linux-gnu-gcc "" -O2
    build "$out/aarch64" aarch64-linux-gnu-gcc smoke -pthread -O2
    run "aarch64 smoke" qemu-aarch64 -L /usr/aarch64-linux-gnu "$out/aarch64/smoke"
}

# What a library needs and shows; several complaints at once.
check_library() {
    local library=$1 wrong=0 symbols versions newest needed shown
    symbols=$(objdump -T "$library")
    versions=$(grep -oE 'GLIBC_[0-9.A-Z]+' <<<"$symbols" | sort -uV)
    newest=$(printf 'GLIBC_%s\n%s\n' "$newest_glibc" "$versions" | sort -V | tail -n 1)
    if [ "$newest" != "GLIBC_$newest_glibc" ]; then
        echo "$library needs $newest:"
        grep -F "$newest" <<<"$symbols"
        wrong=1
    fi
    shown=$(awk '/ \*UND\*/ || NF < 6 || $1 !~ /^[0-9a-f]+$/ || $2 == "l" {next} {print $NF}' <<<"$symbols")
    declared=$({
        grep -oE '^CV_API [a-z0-9_]+ cv_[a-z_]+' "$main/culvert.h" | awk '{print $NF}'
        sed -nE 's/^JNIEXPORT [a-z]+ NAMED\(([A-Za-z]+)\).*/Java_dev_culvert_udp_CoreCalls_\1/p' "$main/jni.c"
    } | sort)
    if [ "$(sort <<<"$shown")" != "$declared" ]; then
        echo "$library does not show what culvert.h and jni.c declare (<: shown, >: declared):"
        diff <(sort <<<"$shown") <(echo "$declared") || true
        wrong=1
    fi
    if objdump -R "$library" | grep -E '[[:space:]]cv_'; then
        echo "$library calls itself by names that another copy of it in the process may take"
        wrong=1
    fi
    needed=$(objdump -p "$library" | awk '$1 == "NEEDED" {print $2}')
    if grep -qvE '^(libc\.so\.6|ld-linux-.*)$' <<<"$needed"; then
        echo "$library needs more than libc:" $needed
        wrong=1
    fi
    if objdump -p "$library" | grep -A 1 -E '^ +STACK' | grep -q 'flags r.x'; then
        echo "$library wants an executable stack"
        wrong=1
    fi
    [ "$wrong" -eq 0 ] || { echo "FAILED: floor $library"; exit 1; }
    echo "ok  floor $library: $(wc -l <<<"$shown") functions," \
        "needs at most $(tail -n 1 <<<"$versions") of" $needed
}

floor() {
    has objdump || { lacks floor binutils; return 0; }
    rm -rf "$out/floor"
    local library
    sh "$main/build.sh" cc "$out/floor"
    if has aarch64-linux-gnu-gcc; then
        sh "$main/build.sh" aarch64-linux-gnu-gcc "$out/floor"
    else
        lacks floor "gcc-aarch64-linux-gnu and libc6-dev-arm64-cross for the other library"
    fi
    # And those that are shipped, where they have been built.
    for library in "$out"/floor/*/libculvert.so "$out"/../classes/*/libculvert.so; do
        if [ -e "$library" ]; then
            check_library "$library"
        fi
    done
}

fuzz() {
    has clang || { lacks fuzz "clang and libclang-rt-dev"; return 0; }
    local seconds=$1 flags=(-O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all) status=0
    echo 'int LLVMFuzzerTestOneInput(const char *a, long b); int LLVMFuzzerTestOneInput(const char *a, long b) { return a && b ? 0 : 0; }' |
        clang "${flags[@]}" -x c -o /dev/null - 2>/dev/null || { lacks fuzz libclang-rt-dev; return 0; }
    mkdir -p "$out/fuzz/corpus"
    clang "${warnings[@]}" "${flags[@]}" -o "$out/fuzz/fuzz" "${sources[@]}" "$here/fuzz.c"
    timeout -k 5 $((seconds + 120)) "$out/fuzz/fuzz" -max_total_time="$seconds" -max_len=4096 -timeout=20 \
        -verbosity=0 -print_final_stats=1 -artifact_prefix="$out/fuzz/" "$out/fuzz/corpus" "$here/seeds" \
        >"$out/fuzz/log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 60 "$out/fuzz/log"
        echo "FAILED: fuzz found something, or did not run: see $out/fuzz"
        exit 1
    fi
    echo "ok $seconds s  fuzz  $(awk '/number_of_executed_units/ {print $2}' "$out/fuzz/log") inputs"
}

if ! has cc; then
    lacks everything "cc (gcc and libc6-dev)"
    set --
elif [ $# -eq 0 ]; then
    sed -n '2,/^set /{/^#/p}' "${BASH_SOURCE[0]}"
    exit 2
fi
while [ $# -gt 0 ]; do
    case $1 in
    plain | sanitizers | aarch64 | floor) "$1" ;;
    valgrind) in_valgrind ;;
    fuzz)
        if [[ ${2:-} =~ ^[0-9]+$ ]]; then
            fuzz "$2"
            shift
        else
            fuzz 15
        fi
        ;;
    *)
        echo "run.sh: what is $1?"
        exit 2
        ;;
    esac
    shift
done

if [ -n "$missing" ]; then
    if [ "${CULVERT_REQUIRE_TOOLS:-}" = 1 ]; then
        echo "FAILED: CULVERT_REQUIRE_TOOLS=1, but not tested:$missing"
        exit 1
    fi
    exit 77
fi
