//! PNG and JPEG to shades of grey, within bounds.

use std::io::Cursor;

use png::{BitDepth, ColorType, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Largest file.
const MAX_BYTES: usize = 10 << 20;
/// Longest side: a long screen of a telephone.
const MAX_SIDE: usize = 16_000;
/// Most pixels: a photo of a telephone has 12 million.
const MAX_PIXELS: usize = 13_000_000;
/// Most scans of a progressive JPEG: real ones have about ten.
const MAX_SCANS: usize = 24;

/// A picture in shades of grey, row by row.
pub(super) struct Gray {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) pixels: Vec<u8>,
}

impl Gray {
    /// The picture with at most so many pixels: each is the mean of a square.
    pub(super) fn scaled_to(&self, most: usize) -> Self {
        let mut by = 1;
        while (self.width / by) * (self.height / by) > most {
            by += 1;
        }
        let (width, height) = (self.width / by, self.height / by);
        let mut pixels = Vec::with_capacity(width * height);
        let area = u32::try_from(by * by).unwrap_or(1);
        for y in 0..height {
            for x in 0..width {
                let rows = (y * by..(y + 1) * by).map(|row| &self.pixels[row * self.width + x * by..][..by]);
                let sum: u32 = rows.flatten().map(|shade| u32::from(*shade)).sum();
                pixels.push(u8::try_from(sum / area).unwrap_or(u8::MAX));
            }
        }
        Self { width, height, pixels }
    }

    /// Black for white.
    pub(super) fn inverted(&self) -> Self {
        let pixels = self.pixels.iter().map(|shade| !shade).collect();
        Self { width: self.width, height: self.height, pixels }
    }
}

/// Whether bytes begin as a picture does that can be decoded here.
pub(super) fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.starts_with(b"\xff\xd8\xff")
}

/// Width and height, as the head says; nothing where it is beyond the bounds, or no picture that is known here.
pub(super) fn sides(bytes: &[u8]) -> Option<(usize, usize)> {
    if bytes.len() > MAX_BYTES {
        return None;
    }
    let (width, height) = if bytes.starts_with(b"\x89PNG") {
        let info = png_decoder(bytes).read_header_info().ok().map(|info| (info.width, info.height))?;
        (usize::try_from(info.0).ok()?, usize::try_from(info.1).ok()?)
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        let mut decoder = jpeg_decoder(bytes);
        decoder.decode_headers().ok()?;
        let info = decoder.info()?;
        (usize::from(info.width), usize::from(info.height))
    } else {
        return None;
    };
    let fits = width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE;
    (fits && width.checked_mul(height)? <= MAX_PIXELS).then_some((width, height))
}

/// The picture, if it is one and within the bounds.
pub(super) fn decode(bytes: &[u8]) -> Option<Gray> {
    let (width, height) = sides(bytes)?;
    let pixels = if bytes.starts_with(b"\x89PNG") { png(bytes)? } else { jpeg(bytes)? };
    let whole = width * height;
    if pixels.len() < whole || !pixels.len().is_multiple_of(whole) {
        return None;
    }
    let channels = pixels.len() / whole;
    Some(Gray { width, height, pixels: pixels.chunks_exact(channels).map(shade).collect() })
}

fn png_decoder(bytes: &[u8]) -> png::Decoder<Cursor<&[u8]>> {
    // What is decoded is bounded by the sides; the limit is for everything else that may be in the file.
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: MAX_PIXELS * 8 });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder
}

fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = png_decoder(bytes).read_info().ok()?;
    let size = reader.output_buffer_size().filter(|size| *size <= MAX_PIXELS * 4)?;
    let (color, depth) = reader.output_color_type();
    if depth != BitDepth::Eight || color == ColorType::Indexed {
        return None;
    }
    let mut pixels = vec![0; size];
    // A file that ends early shows what it has.
    let _ = reader.next_frame(&mut pixels);
    Some(pixels)
}

fn jpeg_decoder(bytes: &[u8]) -> JpegDecoder<ZCursor<&[u8]>> {
    let options = DecoderOptions::default()
        .set_max_width(MAX_SIDE)
        .set_max_height(MAX_SIDE)
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options)
}

fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    jpeg_decoder(bytes).decode().ok()
}

/// The shade of one pixel of one to four channels; what is transparent is white.
fn shade(pixel: &[u8]) -> u8 {
    let (gray, alpha) = match *pixel {
        [gray] => (u32::from(gray), 255),
        [gray, alpha] => (u32::from(gray), u32::from(alpha)),
        [red, green, blue] => (luma(red, green, blue), 255),
        [red, green, blue, alpha] => (luma(red, green, blue), u32::from(alpha)),
        _ => (255, 255),
    };
    u8::try_from((gray * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}

/// Brightness as the eye sees it (ITU-R BT.601).
fn luma(red: u8, green: u8, blue: u8) -> u32 {
    (u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1_000
}
