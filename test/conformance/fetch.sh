#!/usr/bin/env bash
# test/conformance/fetch.sh DIRECTORY: puts the scripts of the WebAssembly test suite into DIRECTORY, as old as
# Debian's source package of binaryen has them.
#
# It asks the mirrors that apt knows already, for their sources too, and keeps what apt learns in DIRECTORY:
# nothing of the machine's own lists, caches and packages changes, and it need not be root.
set -euo pipefail
directory="${1:?usage: fetch.sh DIRECTORY}"
mkdir -p "$directory"
directory="$(cd "$directory" && pwd)"
apt="$directory/.apt"
mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache/archives/partial"
trap 'rm -rf "$apt"' EXIT

# Of both forms of a list of sources, what was for packages asks for sources.
for list in /etc/apt/sources.list.d/debian*.sources; do
  [ -f "$list" ] && sed 's/^Types:.*/Types: deb-src/' "$list" >"$apt/sources/$(basename "$list")"
done
for list in /etc/apt/sources.list /etc/apt/sources.list.d/debian*.list; do
  [ -f "$list" ] && sed -n 's/^deb /deb-src /p' "$list" >"$apt/sources/$(basename "$list").list"
done

options=(
  -o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$apt/sources"
  -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o "Acquire::Retries=3" -o "APT::Sandbox::User="
)
apt-get --quiet --quiet "${options[@]}" update
(cd "$apt" && apt-get --quiet --quiet "${options[@]}" source --download-only binaryen)
tar --extract --file "$(echo "$apt"/binaryen_*.orig.tar.*)" --directory "$directory" \
  --strip-components=2 --wildcards '*/test/spec/*'
[ -n "$(find "$directory" -name '*.wast' -print -quit)" ] || { echo "no .wast file in the package" >&2; exit 1; }
