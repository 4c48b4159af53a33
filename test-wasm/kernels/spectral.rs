//! The greatest singular value of a matrix that is a formula, n by n with n at most 512: division in the inner loop.

#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

const MOST: usize = 512;

fn entry(i: usize, j: usize) -> f64 {
    1.0 / ((i + j) * (i + j + 1) / 2 + i + 1) as f64
}

fn times(from: &[f64], to: &mut [f64]) {
    for (i, sum) in to.iter_mut().enumerate() {
        *sum = from.iter().enumerate().map(|(j, x)| entry(i, j) * x).sum();
    }
}

fn times_transposed(from: &[f64], to: &mut [f64]) {
    for (i, sum) in to.iter_mut().enumerate() {
        *sum = from.iter().enumerate().map(|(j, x)| entry(j, i) * x).sum();
    }
}

/// Returns the square of the value.
#[no_mangle]
pub extern "C" fn run(n: i32) -> f64 {
    let n = n as usize;
    let (mut u, mut v, mut between) = ([1.0; MOST], [0.0; MOST], [0.0; MOST]);
    let (u, v, between) = (&mut u[..n], &mut v[..n], &mut between[..n]);
    for _ in 0..10 {
        times(u, between);
        times_transposed(between, v);
        times(v, between);
        times_transposed(between, u);
    }
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(x, y)| x * y).sum() };
    dot(u, v) / dot(v, v)
}
