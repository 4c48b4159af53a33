//! Encodes 3,072 bytes as base64 (RFC 4648) and decodes them again, n times; the bytes differ each time.

#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encode(from: &[u8], to: &mut [u8]) {
    for (three, four) in from.chunks_exact(3).zip(to.chunks_exact_mut(4)) {
        let bits = (three[0] as u32) << 16 | (three[1] as u32) << 8 | three[2] as u32;
        for (i, letter) in four.iter_mut().enumerate() {
            *letter = LETTERS[(bits >> (18 - 6 * i)) as usize & 63];
        }
    }
}

fn value(letter: u8) -> u32 {
    (match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => core::arch::wasm32::unreachable(),
    }) as u32
}

fn decode(from: &[u8], to: &mut [u8]) {
    for (four, three) in from.chunks_exact(4).zip(to.chunks_exact_mut(3)) {
        let bits = four.iter().fold(0, |bits, letter| bits << 6 | value(*letter));
        three[0] = (bits >> 16) as u8;
        three[1] = (bits >> 8) as u8;
        three[2] = bits as u8;
    }
}

#[no_mangle]
pub extern "C" fn run(n: i32) -> u32 {
    let mut bytes = [0u8; 3072];
    let mut letters = [0u8; 4096];
    let mut sum = 0u32;
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = (i * 197 >> 3) as u8;
    }
    for round in 0..n {
        encode(&bytes, &mut letters);
        decode(&letters, &mut bytes);
        let at = round as usize % bytes.len();
        bytes[at] = bytes[at].wrapping_add(round as u8 | 1);
        sum = sum.wrapping_mul(31).wrapping_add(letters[at] as u32 + bytes[at] as u32);
    }
    sum
}
