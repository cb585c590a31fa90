# Shared by bin/run, bin/test and their neighbours; read with `.`, from the top of the clone.
# Finds Python 3.11, installs the missing system packages and the locked Python packages.

say() { printf '• %s\n' "$1"; }
fail() {
    printf '✗ %s\n' "$1" >&2
    exit 1
}

# Programs and libraries of the system, as "what to look for=Debian package".
SYSTEM_RUN="lib:libharfbuzz-subset.so.0=libharfbuzz-subset0 lib:libpango-1.0.so.0=libpango-1.0-0
lib:libpangoft2-1.0.so.0=libpangoft2-1.0-0"
SYSTEM_TEST="cmd:chromium=chromium cmd:pdfsig=poppler-utils cmd:pdftotext=poppler-utils cmd:clamd=clamav-daemon
cmd:msgfmt=gettext"

PATH="$PATH:/usr/sbin:/sbin"
export PATH

present() {
    case $1 in
    lib:*) ldconfig -p | grep -q "[[:space:]]${1#lib:}[[:space:]]" ;;
    cmd:chromium) [ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null ;;
    cmd:*) command -v "${1#cmd:}" >/dev/null ;;
    esac
}

# The output of a command, shown only when it fails.
quietly() {
    log=$(mktemp)
    code=0
    "$@" >"$log" 2>&1 </dev/null || code=$?
    [ $code -eq 0 ] || tail -n 30 "$log" >&2
    rm -f "$log"
    return $code
}

missing_packages() {
    for pair in "$@"; do
        present "${pair%%=*}" || printf '%s\n' "${pair#*=}"
    done | sort -u | tr '\n' ' '
}

install_packages() {
    [ -n "$1" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        fail "paquets manquants. Lancez d’abord : sudo apt-get install --no-install-recommends $1"
    fi
    command -v apt-get >/dev/null || fail "paquets manquants, à installer avec les outils de ce système : $1"
    say "paquets du système : installation de $1"
    quietly apt-get update -q || fail "apt-get update a échoué"
    # shellcheck disable=SC2086  # a list of packages
    quietly env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $1 ||
        fail "apt-get n’a pas pu installer : $1"
}

is_python311() {
    "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in "${PYTHON:-}" python3.11 python3 python; do
        [ -n "$candidate" ] || continue
        if command -v "$candidate" >/dev/null && is_python311 "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    fail "Python 3.11 est introuvable. Sous Debian 12 : sudo apt-get install python3.11 python3.11-venv"
}

# make_venv LOCK...: the first lock is installed; the others are parts of it and count as installed too.
make_venv() {
    python=$(find_python)
    if ! .venv/bin/python -c '' 2>/dev/null || ! is_python311 .venv/bin/python; then
        "$python" -c 'import ensurepip' 2>/dev/null || install_packages "python3.11-venv"
        say "environnement Python : création de .venv"
        "$python" -m venv --clear .venv
    fi
    if cmp -s "$1" ".venv/installed-$1"; then
        return 0
    fi
    say "paquets Python : installation de $1"
    quietly .venv/bin/python -m pip install --disable-pip-version-check --no-input --requirement "$1" ||
        fail "pip n’a pas pu installer $1"
    for lock in "$@"; do
        cp "$lock" ".venv/installed-$lock"
    done
}

# Two set-ups in the same folder wait for each other.
lock_setup() {
    mkdir -p var
    if command -v flock >/dev/null; then
        exec 9>var/setup.lock
        flock 9
    fi
}
unlock_setup() { exec 9>&-; }
