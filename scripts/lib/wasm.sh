# A Rust that can build for the browser: the one in use, by rustup; where rustup has nothing to offer, the distribution's own,
# whose standard library for the browser is built once from its packaged source. Sourced, never run.

wasm_target=wasm32-unknown-unknown

# has_wasm_std RUSTC…: whether the compiler finds the standard library in its place; it names the folder even when empty.
has_wasm_std() {
  folder=$("$@" --print target-libdir --target "$wasm_target" 2>/dev/null) || return 1
  [ -n "$(find "$folder" -name 'libstd-*.rlib' 2>/dev/null | head -n 1)" ]
}

wasm_toolchain() {
  if [ "${GUICHET_WASM_TOOLCHAIN:-}" != debian ]; then
    if has_wasm_std rustc; then return; fi
    if has rustup && long "Adding $wasm_target by rustup" timeout 300 rustup target add "$wasm_target" && has_wasm_std rustc; then
      return
    fi
  fi
  if has rustup && rustup toolchain list | grep -q '^debian' && has_wasm_std rustup run debian rustc; then return; fi
  say "Taking the distribution's Rust for the islands, beside yours"
  debian_packages
  if has rustup; then
    rustup toolchain link debian /usr || fail "rustup could not link the Rust in /usr: see its message above."
  fi
  has_wasm_std /usr/bin/rustc || debian_wasm_std
  has_wasm_std /usr/bin/rustc || fail "the Rust in /usr still has no $wasm_target. Add that target to your own Rust by hand."
}

debian_packages() {
  if [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust/library ] && [ -n "$(newest_lld)" ]; then
    return
  fi
  has apt-get || fail "no Rust here can build for $wasm_target. Run: rustup target add $wasm_target"
  lld=$(apt-cache search --names-only '^lld-[0-9]+$' | cut -d ' ' -f 1 | sort -V | tail -n 1)
  install_packages rustc-web cargo-web rust-web-src "${lld:-lld}"
}

newest_lld() {
  find /usr/lib -maxdepth 3 -path '/usr/lib/llvm-*/bin/lld' 2>/dev/null | sort -V | tail -n 1
}

# The standard library is what cargo builds on the way to any module; what it leaves is put where the compiler looks. With
# bitcode, or the islands could not be optimised together with it.
debian_wasm_std() {
  version=$(/usr/bin/rustc --version | tr -c 'A-Za-z0-9.\n' '-')
  host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
  sysroot=$(/usr/bin/rustc --print sysroot)
  lld=$(newest_lld)
  kept="${GUICHET_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/guichet}/wasm-std/$version-bitcode"
  if [ -z "$(find "$kept" -name 'libstd-*.rlib' 2>/dev/null)" ]; then
    work=$(mktemp -d)
    mkdir "$work/src"
    printf '[package]\nname = "nothing"\nversion = "0.1.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n[workspace]\n' >"$work/Cargo.toml"
    : >"$work/src/lib.rs"
    long "Building the standard library for $wasm_target, about a minute" env -C "$work" \
      -u CARGO -u RUSTUP_TOOLCHAIN -u RUSTFLAGS -u LD_LIBRARY_PATH RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
      CARGO_TARGET_DIR="$work/target" CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=-Cembed-bitcode=yes \
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$(dirname "$lld")/wasm-ld" \
      /usr/bin/cargo build --release -Zbuild-std=std,panic_abort --target "$wasm_target" ||
      fail "the standard library for $wasm_target could not be built; the message is above."
    mkdir -p "$kept"
    find "$work/target/$wasm_target/release/deps" -name '*.rlib' -exec cp {} "$kept/" \;
    rm -rf "$work"
  fi
  say "Putting it where the compiler looks: $sysroot/lib/rustlib"
  as_root mkdir -p "$sysroot/lib/rustlib/$wasm_target/lib" "$sysroot/lib/rustlib/$host/bin"
  as_root rm -f "$sysroot/lib/rustlib/$wasm_target/lib/"*.rlib
  as_root cp "$kept/"*.rlib "$sysroot/lib/rustlib/$wasm_target/lib/"
  # Cargo does not notice another standard library of the same version, and what was built on the old one does not fit.
  rm -rf "${CARGO_TARGET_DIR:-target}/frontend/$wasm_target"
  as_root ln -sf "$lld" "$sysroot/lib/rustlib/$host/bin/rust-lld"
}
