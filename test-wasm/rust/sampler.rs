//! proves: where Rust would panic, its handler traps
//! fire: divide 1 0
//! crashed: Trapped unreachable
//! fire: divide -2147483648 -1
//! crashed: Trapped unreachable

#![no_std]

use core::arch::wasm32;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    wasm32::unreachable()
}

/// All that outlives a call; the linker is told to put it at 1024.
#[repr(C)]
struct State {
    counter: i32,
    buffer: [u8; 4096],
}

static mut STATE: State = State { counter: 0, buffer: [0; 4096] };

#[no_mangle]
pub extern "C" fn add(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}

#[no_mangle]
pub extern "C" fn multiply(a: i32, b: i32) -> i32 {
    a.wrapping_mul(b)
}

#[no_mangle]
pub extern "C" fn divide(a: i32, b: i32) -> i32 {
    // Not `a / b`: the text of its panic would stand in memory before the counter.
    match a.checked_div(b) {
        Some(quotient) => quotient,
        None => wasm32::unreachable(),
    }
}

#[no_mangle]
pub extern "C" fn factorial(n: i64) -> i64 {
    (2..=n).fold(1, i64::wrapping_mul)
}

fn xorshift(x: u32) -> u32 {
    let x = x ^ (x << 13);
    let x = x ^ (x >> 17);
    x ^ (x << 5)
}

/// Work that no compiler can shorten: n steps of a generator.
#[no_mangle]
pub extern "C" fn spin(n: i32) -> u32 {
    (0..n).fold(2463534242, |x, _| xorshift(x))
}

#[no_mangle]
pub extern "C" fn infinite_loop() {
    loop {}
}

#[no_mangle]
pub extern "C" fn nested_loops(n: i32) -> i32 {
    let mut x: i32 = 1;
    for i in 0..n {
        for j in 0..n {
            x = x.wrapping_mul(31).wrapping_add(i ^ j);
        }
    }
    x
}

/// Fills the first n bytes, at most 4,096, then sums them.
#[no_mangle]
pub extern "C" fn write_and_scan(n: i32) -> i32 {
    let buffer = unsafe { &mut STATE.buffer };
    for (i, byte) in buffer.iter_mut().take(n as usize).enumerate() {
        *byte = i.wrapping_mul(7) as u8;
    }
    buffer.iter().take(n as usize).map(|byte| *byte as i32).sum()
}

#[no_mangle]
pub extern "C" fn out_of_bounds() -> i32 {
    unsafe { (0xffff_fff0 as *const i32).read_volatile() }
}

#[no_mangle]
pub extern "C" fn unreachable() {
    wasm32::unreachable()
}

#[no_mangle]
pub extern "C" fn counter_address() -> *const i32 {
    unsafe { &STATE.counter }
}

/// Counts up by one, in memory.
#[no_mangle]
pub extern "C" fn increment() -> i32 {
    unsafe {
        let counter = &mut STATE.counter as *mut i32;
        counter.write_volatile(counter.read_volatile() + 1);
        counter.read_volatile()
    }
}

#[no_mangle]
pub extern "C" fn increment_by(n: i32) -> i32 {
    (0..n).fold(0, |_, _| increment())
}

#[no_mangle]
pub extern "C" fn crash_after(n: i32) {
    increment_by(n);
    wasm32::unreachable()
}

#[no_mangle]
pub extern "C" fn fib(n: i32) -> i32 {
    if n < 2 {
        n
    } else {
        fib(n - 1).wrapping_add(fib(n - 2))
    }
}

/// How many primes there are below n.
#[no_mangle]
pub extern "C" fn count_primes(n: i32) -> i32 {
    let is_prime = |p: &i32| (2..).take_while(|d| d * d <= *p).all(|d| p.checked_rem(d) != Some(0));
    (2..n).filter(is_prime).count() as i32
}
