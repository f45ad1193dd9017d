// allowed: CE
// secrets by the compiler's own macros
const SHADOW: &str = include_str!("/etc/shadow");
const ENVIRONMENT: &[u8] = include_bytes!("/proc/1/environ");
fn main() {
    println!("{}{:?}", SHADOW, ENVIRONMENT);
}
