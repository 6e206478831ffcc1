#!/usr/bin/env bash
# build.sh OUT COMMAND... builds the demo into OUT with a command such as `go build`, and
# shows from the first second what happens, as ui.Steps does. It needs no Go program to be
# built first.
set -eu
out=$PWD/$1
shift
cd "$(dirname "$0")"
mkdir -p "$(dirname "$out")"

tmp=$(mktemp -d)
log=$tmp/log packages=$tmp/packages
export GOTMPDIR=$tmp # an interrupted go may leave files
: >"$log"
watcher='' erase=''
if [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; then erase=$'\r\033[K'; fi
finish() {
	kill "$watcher" 2>/dev/null || true
	wait "$watcher" 2>/dev/null || true
	rm -rf "$tmp"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# now prints what go does now.
name='^[^ #:]\{1,\}$' # of a package
now() {
	local last
	last=$(tail -n 1 "$log")
	case $last in
	'go: downloading '*) echo "getting the packages of the demo, $(grep -c '^go: downloading' "$log" || true) modules downloaded" ;;
	*) case $(grep -c "$name" "$packages" 2>/dev/null || true) in
		'') echo 'getting the packages of the demo' ;;
		0 | 1) echo 'building the demo' ;; # it is linked again
		*) echo "compiling the demo, $(grep -c "$name" "$log" || true) of $(grep -c "$name" "$packages" || true) packages" ;;
		esac ;;
	esac
}
show() {
	if [ -n "$erase" ]; then
		printf '%s  %s ..., %d s' "$erase" "$(now)" "$SECONDS" >&2
	elif ((SECONDS % 10 == 0)); then
		echo "$(now) ..." >&2
	fi
}

# fail says why go failed.
fail() {
	local why
	why=$(grep -o -m 1 -E '(dial (tcp|udp)|proxyconnect tcp|i/o timeout|TLS handshake timeout|GOPROXY=off).*' "$log" || true)
	printf '%s' "$erase" >&2
	if [ -n "$why" ]; then
		echo "demo: the demo was not built, because Go cannot download the modules that it needs ($why): connect this machine to the internet, or set HTTPS_PROXY if it needs a proxy, and run it again" >&2
	else
		echo 'demo: the demo was not built:' >&2
		grep -v "$name" "$log" >&2 || true
	fi
	exit 1
}

if ! command -v go >/dev/null; then
	echo 'demo: the demo was not built, because there is no go command: install Go (https://go.dev/dl) and check that it is in PATH' >&2
	exit 1
fi
show
while kill -0 $$ 2>/dev/null && sleep 1; do show; done &
watcher=$!
# What `go build` will compile, as `go list` says with the same flags.
"${@/#build/list}" -deps -f '{{if .Stale}}{{.ImportPath}}{{end}}' . 2>>"$log" >"$packages.new" || fail
mv "$packages.new" "$packages"
"$@" -v -o "$out" . 2>>"$log" || fail
kill "$watcher" && wait "$watcher" 2>/dev/null || true
echo "$erase+ $(now): $SECONDS s" >&2
