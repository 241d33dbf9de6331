# Shared by run, test and bench: finds the tools, installs Debian packages, builds. Sourced, with
# the checkout as working directory.

readonly DEBIAN_PACKAGES=(
  nats-server openssl bubblewrap libvips-tools webp libavif-bin gifsicle ffmpeg chromium nghttp2-client ngtcp2-client libgmp10
)

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 2
}

# True when the folder holds a JDK 25 (a release file with its version, and a compiler).
is_jdk_25() {
  [[ -x "$1/bin/javac" && -r "$1/release" ]] && grep -q '^JAVA_VERSION="25[."]' "$1/release"
}

# Sets JAVA_HOME to a JDK 25: the one that is set, else one in the usual folders.
find_jdk() {
  local candidate
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*25* /opt/*25* "$HOME"/.sdkman/candidates/java/25*; do
    if [[ -n "$candidate" ]] && is_jdk_25 "$candidate"; then
      export JAVA_HOME="$candidate"
      return
    fi
  done
  fail "A JDK 25 is missing: install one (Temurin: https://adoptium.net) and set JAVA_HOME to it."
}

find_maven() {
  command -v mvn > /dev/null || fail "Maven is missing: apt-get install maven"
  # Maven on JDK 25 warns about its own use of Unsafe; short builds want the small collector.
  export MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC ${MAVEN_OPTS:-}"
}

find_node() {
  local version
  version=$(node --version 2> /dev/null || true)
  if [[ ! "$version" =~ ^v(2[0-9]|[3-9][0-9])\. ]] || ! command -v npm > /dev/null; then
    fail "Node 20.19 or newer with npm is missing (found: ${version:-none}); the websites need it."
  fi
}

is_installed() {
  [[ "$(dpkg-query -W -f='${Status}' "$1" 2> /dev/null)" == "install ok installed" ]]
}

# Installs the packages (and those named) that are missing; as root, or through sudo when that needs no question.
install_packages() {
  local package missing=() as_root=()
  for package in "${DEBIAN_PACKAGES[@]}" "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return
  local command="apt-get install -y --no-install-recommends ${missing[*]}"
  if ((EUID != 0)); then
    if command -v sudo > /dev/null && { [[ -t 0 ]] || sudo -n true 2> /dev/null; }; then
      as_root=(sudo)
    else
      fail "Debian packages are missing; install them with: sudo $command"
    fi
  fi
  say "installing Debian packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq || fail "apt-get update failed; install yourself: $command"
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" $command > /dev/null \
    || fail "the installation failed; try it yourself: $command"
  # Debian starts the message bus as a service, on the port of ours. It was not there before.
  if [[ " ${missing[*]} " == *" nats-server "* && -d /run/systemd/system ]]; then
    "${as_root[@]}" systemctl disable --now nats-server.service > /dev/null 2>&1 || true
  fi
}

# Newer than the stamp, among what the given find(1) starting points hold?
any_newer_than() {
  local stamp="$1"
  shift
  [[ ! -e "$stamp" ]] && return 0
  [[ -n "$(find "$@" \( -name node_modules -o -name target -o -name dist \) -prune \
    -o -type f -newer "$stamp" -print -quit)" ]]
}

# Every service's jar that ./run starts.
service_jars() {
  local module
  for module in api-server cdn-server event-server dev-stack \
    workers/change-stream workers/search-index workers/image-processor; do
    say "$module/target/${module##*/}.jar"
  done
  say websites/server/target/website-server.jar
}

# Builds the services' jars, and with "benchmarks" those of the benchmarks too.
build_java() {
  local scope="${1:-services}" jar stale=false started modules=(-pl '!benchmarks')
  local stamp="target/build-$scope.stamp"
  [[ "$scope" == benchmarks ]] && modules=()
  any_newer_than "$stamp" pom.xml .mvn netty-core platform-model api-server cdn-server \
    event-server workers websites/server dev-stack $([[ "$scope" == benchmarks ]] && say benchmarks/pom.xml benchmarks/src) && stale=true
  while read -r jar; do
    [[ -e "$jar" ]] || stale=true
  done < <(service_jars)
  [[ "$stale" == false ]] && return
  say "building the services"
  mkdir -p target
  started=$(mktemp target/build.XXXXXX)
  mvn -B -q -Dstyle.color=never -Pfast "${modules[@]}" -Dmaven.test.skip=true package || {
    rm -f "$started"
    fail "the build failed; its errors are above"
  }
  mv "$started" "$stamp"
}

# The websites' libraries, exactly as locked; no package runs scripts of its own.
install_node_modules() {
  local stamp=node_modules/.installed
  (
    cd websites || exit 1
    if any_newer_than "$stamp" package.json package-lock.json; then
      say "installing the websites' libraries"
      npm ci --ignore-scripts --no-audit --no-fund --loglevel=error > /dev/null && touch "$stamp"
    fi
  ) || fail "npm ci failed; its errors are above"
}

build_websites() {
  [[ -e websites/package.json ]] || return 0
  find_node
  install_node_modules
  mkdir -p target
  if any_newer_than target/websites.stamp websites || [[ ! -e websites/site/dist ]] \
    || [[ ! -e websites/site-old/dist ]]; then
    say "building the websites"
    local started
    started=$(mktemp target/build.XXXXXX)
    (cd websites && npm run --silent build) > target/websites.log 2>&1 || {
      cat target/websites.log
      rm -f "$started"
      fail "the websites' build failed; its errors are above"
    }
    mv "$started" target/websites.stamp
  fi
}
