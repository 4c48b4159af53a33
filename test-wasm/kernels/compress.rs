//! Compresses 64 KiB of text by references to what came before (LZ77), with the last place of each hash; and back. n times.

#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

const LENGTH: usize = 1 << 16;

static mut TEXT: [u8; LENGTH] = [0; LENGTH];
static mut PACKED: [u8; 2 * LENGTH] = [0; 2 * LENGTH];
static mut BACK: [u8; LENGTH] = [0; LENGTH];
static mut PLACES: [u32; 4096] = [0; 4096];

fn hash(text: &[u8], at: usize) -> usize {
    let word = u32::from_le_bytes([text[at], text[at + 1], text[at + 2], text[at + 3]]);
    (word.wrapping_mul(2654435761) >> 20) as usize
}

/// A byte 0 and a literal, or a length of 4 to 255 and a distance of two bytes. Returns how many bytes they are.
fn compress(text: &[u8], packed: &mut [u8], places: &mut [u32; 4096]) -> usize {
    places.fill(u32::MAX);
    let (mut at, mut out) = (0, 0);
    while at < text.len() {
        let mut length = 0;
        let mut distance = 0;
        if at + 4 <= text.len() {
            let slot = hash(text, at);
            let place = places[slot] as usize;
            places[slot] = at as u32;
            if place < at && at - place < 65536 {
                distance = at - place;
                let most = core::cmp::min(255, text.len() - at);
                while length < most && text[place + length] == text[at + length] {
                    length += 1;
                }
            }
        }
        if length >= 4 {
            packed[out] = length as u8;
            packed[out + 1] = distance as u8;
            packed[out + 2] = (distance >> 8) as u8;
            out += 3;
            at += length;
        } else {
            packed[out] = 0;
            packed[out + 1] = text[at];
            out += 2;
            at += 1;
        }
    }
    out
}

fn expand(packed: &[u8], text: &mut [u8]) {
    let (mut at, mut from) = (0, 0);
    while from < packed.len() {
        let length = packed[from] as usize;
        if length == 0 {
            text[at] = packed[from + 1];
            at += 1;
            from += 2;
        } else {
            let distance = packed[from + 1] as usize | (packed[from + 2] as usize) << 8;
            for i in at..at + length {
                text[i] = text[i - distance];
            }
            at += length;
            from += 3;
        }
    }
}

#[no_mangle]
pub extern "C" fn run(n: i32) -> u32 {
    let (text, packed, back, places) = unsafe { (&mut TEXT, &mut PACKED, &mut BACK, &mut PLACES) };
    const WORDS: [&[u8]; 8] =
        [b"fuel ", b"guest ", b"the ", b"slice ", b"account ", b"of ", b"instance ", b"memory "];
    let mut state = 1u32;
    let mut at = 0;
    while at < LENGTH {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        for letter in WORDS[(state >> 29) as usize] {
            if at < LENGTH {
                text[at] = *letter;
                at += 1;
            }
        }
        if state >> 24 & 31 == 0 && at < LENGTH {
            text[at] = b'0' + (state >> 16 & 7) as u8;
            at += 1;
        }
    }
    let mut sum = 0u32;
    for round in 0..n as usize {
        text[round * 97 % LENGTH] ^= 1;
        let length = compress(text, packed, places);
        expand(&packed[..length], back);
        if text != back {
            core::arch::wasm32::unreachable()
        }
        sum = sum.wrapping_mul(31).wrapping_add(length as u32);
    }
    sum
}
