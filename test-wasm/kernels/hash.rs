//! A hash table with open addressing and 65,536 places: n words are counted in it, then asked for.

#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

const PLACES: usize = 1 << 16;

#[derive(Clone, Copy)]
struct Entry {
    key: u64,
    count: u32,
}

static mut TABLE: [Entry; PLACES] = [Entry { key: 0, count: 0 }; PLACES];

fn hash(key: u64) -> usize {
    // FNV-1a over the bytes of the key.
    let hash = key.to_le_bytes().iter().fold(0xcbf29ce484222325u64, |hash, byte| {
        (hash ^ *byte as u64).wrapping_mul(0x100000001b3)
    });
    (hash ^ hash >> 32) as usize
}

fn place(table: &[Entry; PLACES], key: u64) -> usize {
    let mut at = hash(key) % PLACES;
    while table[at].count != 0 && table[at].key != key {
        at = (at + 1) % PLACES;
    }
    at
}

#[no_mangle]
pub extern "C" fn run(n: i32) -> u32 {
    let table = unsafe { &mut TABLE };
    table.fill(Entry { key: 0, count: 0 });
    let mut state = 88172645463325252u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state & 0x7fff).wrapping_mul(0x9e3779b97f4a7c15)
    };
    for _ in 0..n {
        let key = next();
        let entry = &mut table[place(table, key)];
        entry.key = key;
        entry.count += 1;
    }
    (0..n).fold(0u32, |sum, _| {
        // Half of them are not there.
        let key = next();
        let key = if key & 1 == 0 { key } else { !key };
        sum.wrapping_mul(31).wrapping_add(table[place(table, key)].count)
    })
}
