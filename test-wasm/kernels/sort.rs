//! The sort of Rust's own library, without its allocator, over n 64-bit numbers, at most 524,288.

#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

static mut NUMBERS: [u64; 1 << 19] = [0; 1 << 19];

#[no_mangle]
pub extern "C" fn run(n: i32) -> u64 {
    let numbers = unsafe { &mut NUMBERS[..n as usize] };
    let mut state = 1u64;
    for number in numbers.iter_mut() {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        *number = state >> 20;
    }
    numbers.sort_unstable();
    numbers.iter().fold(0, |sum: u64, number| sum.wrapping_mul(31).wrapping_add(*number))
}
