// allowed: AC
// services, secrets and processes of the machine, from another language
use std::{fs, io, net, process};

extern "C" {
    fn kill(process: i32, signal: i32) -> i32;
    fn unshare(flags: i32) -> i32;
}

fn main() {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    let numbers: Vec<i32> = line.split_whitespace().map(|word| word.parse().unwrap()).collect();
    let mut escaped = net::TcpStream::connect(("127.0.0.1", numbers[1] as u16)).is_ok();
    escaped |= fs::read("/etc/shadow").is_ok();
    escaped |= fs::write("/box/main", "x").is_ok();
    escaped |= process::id() != numbers[0] as u32 && unsafe { kill(numbers[0], 9) } == 0;
    escaped |= unsafe { unshare(0x10000000) } == 0;
    let _ = process::Command::new("/usr/bin/sleep").arg("600").spawn();
    println!("{}", if escaped { "escaped" } else { "contained" });
}
