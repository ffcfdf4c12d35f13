#!/bin/sh
# Builds the native core: build.sh COMPILER DIRECTORY [JDK]. The library goes to DIRECTORY/linux-PROCESSOR, where JNA looks
# for it, too. The JDK's headers (jni.h) are the same for all processors.
set -eu
cc=$1
here=$(cd "$(dirname "$0")" && pwd)
case $("$cc" -dumpmachine) in
x86_64-*linux*) processor=x86-64 ;;
aarch64-*linux*) processor=aarch64 ;;
*)
    echo "no native core for $("$cc" -dumpmachine); Culvert runs in pure Java there"
    exit 0
    ;;
esac
out=$2/linux-$processor/libculvert.so
rm -f "$out" # one of another build must not be taken for this
jdk=${3:-${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}}
if [ ! -e "$jdk/include/jni.h" ]; then
    echo "no native core without $jdk/include/jni.h; Culvert runs in pure Java"
    exit 0
fi
mkdir -p "${out%/*}"
# All symbols are found when the library is loaded, not later; only those of the interface can be seen. Its own calls stay
# inside (-Bsymbolic): a process may hold several copies, JNA makes the names of its own known to all that come later, and
# each copy has a table of handles of its own.
cd "$here" && "$cc" -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -fvisibility=hidden -fPIC -fstack-protector-strong \
    -D_FORTIFY_SOURCE=2 -shared -Wl,-Bsymbolic,-z,now,-z,relro,-z,defs,-z,noexecstack,--build-id=none -s -o "$out" \
    -I "$jdk/include" -I "$jdk/include/linux" \
    address.c handles.c icmp.c jni.c network.c poller.c receive.c send.c socket.c
