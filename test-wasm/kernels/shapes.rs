//! Four kinds of shape behind one trait, asked in turn for a number, n times: what `dyn` costs.

#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

trait Shape: Sync {
    /// What the shape covers when its side is `side`.
    fn area(&self, side: f64) -> f64;
}

struct Circle;
struct Square;
struct Oblong(f64);
struct Triangle {
    height: f64,
}

impl Shape for Circle {
    fn area(&self, side: f64) -> f64 {
        3.0 * side * side
    }
}

impl Shape for Square {
    fn area(&self, side: f64) -> f64 {
        side * side
    }
}

impl Shape for Oblong {
    fn area(&self, side: f64) -> f64 {
        side * self.0
    }
}

impl Shape for Triangle {
    fn area(&self, side: f64) -> f64 {
        side * self.height / 2.0
    }
}

static SHAPES: [&dyn Shape; 8] = [
    &Circle,
    &Square,
    &Oblong(2.0),
    &Triangle { height: 4.0 },
    &Square,
    &Oblong(0.5),
    &Circle,
    &Triangle { height: 1.0 },
];

static mut ORDER: [u8; 64] = [0; 64];

#[no_mangle]
pub extern "C" fn run(n: i32) -> f64 {
    let order = unsafe { &mut ORDER };
    for (i, place) in order.iter_mut().enumerate() {
        *place = (i * i + i / 8) as u8 % 8;
    }
    (0..n).fold(0.0, |sum, i| sum + SHAPES[order[i as usize % 64] as usize % 8].area((i & 15) as f64))
}
