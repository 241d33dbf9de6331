package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Decodes PNG and APNG (PNG specification, third edition). The chunks are walked and their check
 * sums compared before the first pixel is unpacked.
 */
final class PngDecoder implements FrameReader {
  private static final int BLEND_OVER = 1;
  private static final int DISPOSE_TO_BACKGROUND = 1;
  private static final int DISPOSE_TO_PREVIOUS = 2;

  /** Delays of at most this play as {@link #SUBSTITUTE_DELAY_MS}, as in browsers. */
  private static final int MAX_IGNORED_DELAY_MS = 10;

  private static final int SUBSTITUTE_DELAY_MS = 100;

  /** Data of one picture: the IDAT chunks or one frame's fdAT chunks. */
  private record Picture(
      int x, int y, int width, int height, int disposal, int blend, List<ByteCursor> data) {}

  /** Everything a walk over the chunks finds. */
  private static final class Scan {
    int width;
    int height;
    PngPixels.@Nullable Format format;
    byte[] palette = new byte[0];
    byte[] transparency = new byte[0];
    boolean animated;
    boolean ended;
    final List<Picture> pictures = new ArrayList<>();
    final List<Integer> delaysMs = new ArrayList<>();
    final List<ByteCursor> idat = new ArrayList<>();
    @Nullable Picture current;

    ImageHeader header() {
      return pictures.size() < 2
          ? ImageHeader.still(width, height)
          : new ImageHeader(width, height, ImageHeader.INFINITE_LOOP, delaysMs);
    }
  }

  private final ImageHeader header;
  private final List<Picture> pictures;
  private final PngPixels pixels;
  private final Frame canvas;
  private @Nullable Picture shown;
  private Frame saved;
  private int index;

  private PngDecoder(Scan scan, PngPixels pixels) {
    this.header = scan.header();
    this.pictures = scan.pictures;
    this.pixels = pixels;
    this.canvas = Frame.transparent(header.width(), header.height());
    this.saved = canvas;
  }

  /** Fails as {@link ImageHeader#check} does, on the size as soon as it is known. */
  static ImageHeader readHeader(byte[] data, Limits limits) {
    ImageHeader header = scan(data, limits).header();
    header.check(limits);
    return header;
  }

  /** Allocates the canvas: check the header's limits first. */
  static PngDecoder open(byte[] data) {
    Scan scan = scan(data, Limits.getDefaultInstance());
    PngPixels.Format format = scan.format;
    if (format == null) {
      throw JobFailure.decode("png: no header");
    }
    return new PngDecoder(scan, new PngPixels(format, scan.palette, scan.transparency));
  }

  private static Scan scan(byte[] data, Limits limits) {
    ByteCursor in = new ByteCursor(data, "png");
    in.skip(8);
    Scan scan = new Scan();
    while (!scan.ended) {
      long length = in.u32be();
      int start = in.position();
      String type = new String(in.bytes(4), StandardCharsets.ISO_8859_1);
      if (scan.width == 0 && !type.equals("IHDR")) {
        throw in.failure("no header");
      }
      ByteCursor body = in.slice(length);
      checkSum(in, data, start, in.position());
      readChunk(type, body, scan);
      if (type.equals("IHDR")) {
        ImageHeader.still(scan.width, scan.height).check(limits);
      }
    }
    if (scan.pictures.isEmpty() && !scan.idat.isEmpty()) {
      scan.pictures.add(new Picture(0, 0, scan.width, scan.height, 0, 0, scan.idat));
    }
    if (scan.pictures.isEmpty() || scan.pictures.stream().anyMatch(p -> p.data.isEmpty())) {
      throw in.failure("no picture");
    }
    return scan;
  }

  private static void checkSum(ByteCursor in, byte[] data, int start, int end) {
    CRC32 crc = new CRC32();
    crc.update(data, start, end - start);
    boolean critical = (data[start] & 0x20) == 0;
    if (in.u32be() != crc.getValue() && critical) {
      throw in.failure("check sum differs");
    }
  }

  private static void readChunk(String type, ByteCursor body, Scan scan) {
    switch (type) {
      case "IHDR" -> readImageHeader(body, scan);
      case "PLTE" -> scan.palette = body.bytes(Math.min(body.remaining(), 768));
      case "tRNS" -> scan.transparency = body.bytes(Math.min(body.remaining(), 256));
      case "acTL" -> scan.animated = scan.idat.isEmpty();
      case "fcTL" -> {
        if (scan.animated) {
          readFrameControl(body, scan);
        }
      }
      case "IDAT" -> {
        scan.idat.add(body);
        if (scan.current != null) {
          scan.current.data.add(body);
        }
      }
      case "fdAT" -> {
        body.skip(4);
        if (scan.current != null) {
          scan.current.data.add(body);
        }
      }
      case "IEND" -> scan.ended = true;
      default -> {}
    }
  }

  private static void readImageHeader(ByteCursor body, Scan scan) {
    long width = body.u32be();
    long height = body.u32be();
    if (width == 0 || height == 0 || width > Integer.MAX_VALUE || height > Integer.MAX_VALUE) {
      throw body.failure("bad size");
    }
    scan.width = (int) width;
    scan.height = (int) height;
    int depth = body.u8();
    int colourType = body.u8();
    body.skip(2);
    scan.format = PngPixels.Format.of(depth, colourType, body.u8() != 0);
  }

  private static void readFrameControl(ByteCursor body, Scan scan) {
    body.skip(4);
    long width = body.u32be();
    long height = body.u32be();
    long x = body.u32be();
    long y = body.u32be();
    if (width == 0 || height == 0 || x + width > scan.width || y + height > scan.height) {
      throw body.failure("frame outside the canvas");
    }
    int numerator = body.u16be();
    int denominator = body.u16be();
    int delayMs = Math.round(numerator * 1000f / (denominator == 0 ? 100 : denominator));
    int disposal = body.u8();
    int blend = body.u8();
    scan.current =
        new Picture(
            (int) x, (int) y, (int) width, (int) height, disposal, blend, new ArrayList<>());
    scan.pictures.add(scan.current);
    scan.delaysMs.add(delayMs <= MAX_IGNORED_DELAY_MS ? SUBSTITUTE_DELAY_MS : delayMs);
    if (scan.pictures.size() > ImageHeader.MAX_FRAMES) {
      throw JobFailure.decode("exceeded maximum input frame count: " + scan.pictures.size());
    }
  }

  @Override
  public @Nullable Frame next() {
    if (index == pictures.size()) {
      return null;
    }
    if (shown != null) {
      dispose(shown);
    }
    Picture picture = pictures.get(index++);
    if (picture.disposal == DISPOSE_TO_PREVIOUS) {
      saved = canvas.copy();
    }
    draw(picture, pixels.decode(picture.data, picture.width, picture.height));
    shown = picture;
    return canvas;
  }

  private void dispose(Picture picture) {
    int[] target = canvas.argb();
    if (picture.disposal == DISPOSE_TO_PREVIOUS) {
      System.arraycopy(saved.argb(), 0, target, 0, target.length);
    } else if (picture.disposal == DISPOSE_TO_BACKGROUND) {
      for (int row = 0; row < picture.height; row++) {
        int at = (picture.y + row) * canvas.width() + picture.x;
        Arrays.fill(target, at, at + picture.width, 0);
      }
    }
  }

  private void draw(Picture picture, int[] source) {
    int[] target = canvas.argb();
    for (int row = 0; row < picture.height; row++) {
      int at = (picture.y + row) * canvas.width() + picture.x;
      int from = row * picture.width;
      if (picture.blend == BLEND_OVER) {
        for (int i = 0; i < picture.width; i++) {
          target[at + i] = over(source[from + i], target[at + i]);
        }
      } else {
        System.arraycopy(source, from, target, at, picture.width);
      }
    }
  }

  /** Straight-alpha source over straight-alpha destination. */
  private static int over(int source, int below) {
    int alpha = source >>> 24;
    if (alpha == 0xff || below >>> 24 == 0) {
      return source;
    }
    if (alpha == 0) {
      return below;
    }
    int belowShare = (below >>> 24) * (255 - alpha);
    int total = alpha * 255 + belowShare;
    int result = ((total + 127) / 255) << 24;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int mixed =
          ((source >> shift & 0xff) * alpha * 255
                  + (below >> shift & 0xff) * belowShare
                  + total / 2)
              / total;
      result |= mixed << shift;
    }
    return result;
  }

  @Override
  public void close() {}
}
