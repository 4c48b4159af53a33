//! n factorial in words of 32 bits, then its decimal digits, nine at a time: 64-bit products and quotients.

#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

const MOST: usize = 4096;

struct Number {
    words: [u32; MOST],
    length: usize,
}

impl Number {
    fn multiply(&mut self, by: u32) {
        let mut carry = 0u64;
        for word in &mut self.words[..self.length] {
            carry += *word as u64 * by as u64;
            *word = carry as u32;
            carry >>= 32;
        }
        if carry != 0 {
            self.words[self.length] = carry as u32;
            self.length += 1;
        }
    }

    /// Divides by `by` and returns the remainder.
    fn divide(&mut self, by: u32) -> u32 {
        let mut rest = 0u64;
        for word in self.words[..self.length].iter_mut().rev() {
            rest = rest << 32 | *word as u64;
            *word = (rest / by as u64) as u32;
            rest %= by as u64;
        }
        while self.length > 0 && self.words[self.length - 1] == 0 {
            self.length -= 1;
        }
        rest as u32
    }
}

#[no_mangle]
pub extern "C" fn run(n: i32) -> u32 {
    let mut number = Number { words: [0; MOST], length: 1 };
    number.words[0] = 1;
    for factor in 2..=n as u32 {
        number.multiply(factor);
    }
    let mut sum = 0u32;
    while number.length > 0 {
        sum = sum.wrapping_mul(31).wrapping_add(number.divide(1_000_000_000));
    }
    sum
}
