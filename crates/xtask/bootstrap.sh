#!/bin/sh
# Installs what `make` needs on a Debian-like machine and is not there: a linker, the real programs
# that Callwarden works with (fail2ban, nftables, Postgres) and, for `make test`, a browser.
# Says what it does; does nothing, and asks for no password, when all is there.
#
#   bootstrap.sh build|run|bench|test
set -eu

purpose=${1:-run}
missing=''
reasons=''
PATH=$PATH:/usr/sbin:/sbin

want() { # want PACKAGE REASON: remembers a package and says why it is needed
    missing="$missing $1"
    reasons="$reasons  $1: $2
"
}
have() { command -v "$1" >/dev/null 2>&1; }
any() { for path in "$@"; do [ -e "$path" ] && return 0; done; return 1; }

needs() {
    have cc || want build-essential 'the linker that rustc calls'
    [ "$purpose" = build ] && return
    any /usr/lib/postgresql/*/bin/initdb || have initdb || want postgresql 'the console keeps its data in a private Postgres'
    have fail2ban-server || want fail2ban 'the real ban engine of the demo nodes'
    have nft || want nftables 'the firewall inside the demo nodes'
    have ipset || want ipset 'the other firewall action of fail2ban'
    have ip || want iproute2 'network namespaces for the demo nodes'
    have setpriv && have nsenter || want util-linux 'children that end with their parent'
    have python3 || want python3 'fail2ban is written in it'
    [ "$purpose" != bench ] || have npm || want npm 'fetches countries and networks of addresses'
    [ "$purpose" = test ] || return 0
    have iptables || want iptables 'the oldest firewall action of fail2ban'
    have chromium || want chromium 'the browser of the end-to-end tests'
    have node || want nodejs 'runs the end-to-end tests'
    have npm || want npm 'installs the end-to-end test runner'
    any /usr/share/fonts/opentype/noto/NotoSansCJK* || want fonts-noto-cjk 'Chinese pages in the browser tests'
}

rust() {
    if ! have cargo; then
        echo 'cargo is missing: install rustup first, https://rustup.rs' >&2
        exit 1
    fi
    # rustup reads rust-toolchain.toml by itself, but not where automatic installs are switched off.
    have rustup || return 0
    rustup target list --installed | grep -qx wasm32-unknown-unknown || {
        echo 'Adding the Rust target wasm32-unknown-unknown: the half that runs in the browser'
        rustup target add wasm32-unknown-unknown
    }
    for part in clippy rustfmt; do
        rustup component list --installed | grep -q "^$part" || {
            echo "Adding the Rust component $part: make test checks with it"
            rustup component add "$part"
        }
    done
}

needs
rust
[ -n "$missing" ] || exit 0

echo "Installing Debian packages that make $purpose needs:"
printf '%s' "$reasons"
have apt-get || {
    echo "There is no apt-get here; install these by hand: $missing" >&2
    exit 1
}
root=''
[ "$(id -u)" -eq 0 ] || root=sudo
[ -z "$root" ] || have sudo || {
    echo "Run as root, or install sudo, or install by hand: $missing" >&2
    exit 1
}

# The packages would start a system Postgres and a system fail2ban, which nobody asked for: not
# during the install (policy-rc.d), and not at the next boot (disable), if they come from us.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $root tee $policy >/dev/null
    $root chmod 755 $policy
    trap '$root rm -f $policy' EXIT
fi
$root apt-get update -q
# shellcheck disable=SC2086 # one word per package
$root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $missing
if have systemctl; then
    for service in postgresql fail2ban; do
        case " $missing " in
        *" $service "*) $root systemctl disable --now $service >/dev/null 2>&1 || true ;;
        esac
    done
fi
