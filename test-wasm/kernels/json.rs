//! Writes a document of JSON (RFC 8259) once, then parses it n times, by recursive descent.

#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

static mut TEXT: [u8; 1 << 16] = [0; 1 << 16];

struct Writer<'a> {
    text: &'a mut [u8],
    length: usize,
}

impl Writer<'_> {
    fn text(&mut self, text: &[u8]) {
        for byte in text {
            self.text[self.length] = *byte;
            self.length += 1;
        }
    }

    fn number(&mut self, number: u32) {
        if number > 9 {
            self.number(number / 10);
        }
        self.text(&[b'0' + (number % 10) as u8]);
    }
}

fn write(writer: &mut Writer) {
    writer.text(b"[");
    for i in 0..400u32 {
        if i > 0 {
            writer.text(b",\n  ");
        }
        writer.text(b"{\"id\": ");
        writer.number(i.wrapping_mul(2654435761) >> 8);
        writer.text(b", \"name\": \"guest \\\"");
        writer.number(i * 7919);
        writer.text(b"\\\"\", \"ratio\": -");
        writer.number(i % 97);
        writer.text(b".");
        writer.number(i * 31 % 1000);
        writer.text(b"e-2, \"tags\": [\"a\", \"bc\", [true, false, null]], \"inner\": {\"x\": [");
        writer.number(i);
        writer.text(b"]}}");
    }
    writer.text(b"]");
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    sum: u32,
}

impl Parser<'_> {
    fn peek(&self) -> u8 {
        if self.at < self.text.len() { self.text[self.at] } else { 0 }
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
        }
    }

    fn expect(&mut self, text: &[u8]) {
        for byte in text {
            if self.peek() != *byte {
                core::arch::wasm32::unreachable()
            }
            self.at += 1;
        }
    }

    fn found(&mut self, what: u32) {
        self.sum = self.sum.rotate_left(5) ^ what.wrapping_mul(2654435761);
    }

    fn value(&mut self, depth: u32) {
        self.space();
        match self.peek() {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string(),
            b't' => {
                self.expect(b"true");
                self.found(1);
            }
            b'f' => {
                self.expect(b"false");
                self.found(2);
            }
            b'n' => {
                self.expect(b"null");
                self.found(3);
            }
            _ => self.number(),
        }
        self.space();
    }

    fn object(&mut self, depth: u32) {
        self.expect(b"{");
        loop {
            self.space();
            self.string();
            self.space();
            self.expect(b":");
            self.value(depth + 1);
            if self.peek() != b',' {
                break;
            }
            self.at += 1;
        }
        self.expect(b"}");
        self.found(depth);
    }

    fn array(&mut self, depth: u32) {
        self.expect(b"[");
        loop {
            self.value(depth + 1);
            if self.peek() != b',' {
                break;
            }
            self.at += 1;
        }
        self.expect(b"]");
        self.found(depth);
    }

    fn string(&mut self) {
        self.expect(b"\"");
        let mut hash = 0u32;
        while self.peek() != b'"' {
            if self.peek() == b'\\' {
                self.at += 1;
            }
            hash = hash.wrapping_mul(31).wrapping_add(self.peek() as u32);
            self.at += 1;
        }
        self.at += 1;
        self.found(hash);
    }

    fn digits(&mut self) -> f64 {
        let mut number = 0.0;
        if !self.peek().is_ascii_digit() {
            core::arch::wasm32::unreachable()
        }
        while self.peek().is_ascii_digit() {
            number = number * 10.0 + (self.peek() - b'0') as f64;
            self.at += 1;
        }
        number
    }

    fn number(&mut self) {
        let negative = self.peek() == b'-';
        if negative {
            self.at += 1;
        }
        let mut number = self.digits();
        if self.peek() == b'.' {
            self.at += 1;
            let began = self.at;
            let mut fraction = self.digits();
            for _ in began..self.at {
                fraction /= 10.0;
            }
            number += fraction;
        }
        if self.peek() == b'e' {
            self.at += 1;
            let down = self.peek() == b'-';
            if down {
                self.at += 1;
            }
            let exponent = self.digits() as u32;
            for _ in 0..exponent {
                number = if down { number / 10.0 } else { number * 10.0 };
            }
        }
        let bits = (if negative { -number } else { number }).to_bits();
        self.found(bits as u32 ^ (bits >> 32) as u32);
    }
}

#[no_mangle]
pub extern "C" fn run(n: i32) -> u32 {
    let text = unsafe { &mut TEXT };
    let mut writer = Writer { text, length: 0 };
    write(&mut writer);
    let length = writer.length;
    let mut sum = 0;
    for _ in 0..n {
        let mut parser = Parser { text: &text[..length], at: 0, sum };
        parser.value(0);
        sum = parser.sum.wrapping_add(parser.at as u32);
    }
    sum
}
