package app.seventv.imageprocessor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads a WebP file's size, frames and timing from its RIFF chunks (RFC 9649). */
final class WebpHeader {
  private static final int MAX_IGNORED_DELAY_MS = 10;
  private static final int SUBSTITUTE_DELAY_MS = 100;
  private static final int ANIMATION_FLAG = 0x02;
  private static final int ALPHA_FLAG = 0x10;

  /** Where an extended file, one that starts with a VP8X chunk, has its flags. */
  private static final int FLAGS_OFFSET = 20;

  private WebpHeader() {}

  static ImageHeader read(byte[] data) {
    ByteCursor in = new ByteCursor(data, "webp");
    in.skip(12);
    String type = type(in);
    ByteCursor body = in.slice(Math.min(in.u32le(), in.remaining()));
    return switch (type) {
      case "VP8 " -> readLossy(body);
      case "VP8L" -> readLossless(body);
      case "VP8X" -> readExtended(body, in);
      default -> throw in.failure("unknown first chunk");
    };
  }

  /** Whether the file, whose header was read, is an animation, be it of a single frame. */
  static boolean isAnimation(byte[] data) {
    ByteCursor in = new ByteCursor(data, "webp");
    in.skip(12);
    return type(in).equals("VP8X") && (data[FLAGS_OFFSET] & ANIMATION_FLAG) != 0;
  }

  /**
   * The same animation, announced as one with transparency: a decoder that goes by the flag then
   * gives four bytes per pixel, whether the frames have transparency or not.
   */
  static byte[] withAlphaFlag(byte[] animation) {
    byte[] result = animation.clone();
    result[FLAGS_OFFSET] |= ALPHA_FLAG;
    return result;
  }

  private static String type(ByteCursor in) {
    return new String(in.bytes(4), StandardCharsets.ISO_8859_1);
  }

  private static ImageHeader readLossy(ByteCursor body) {
    body.skip(6);
    int width = body.u16le() & 0x3fff;
    return ImageHeader.still(width, body.u16le() & 0x3fff);
  }

  private static ImageHeader readLossless(ByteCursor body) {
    body.skip(1);
    long bits = body.u32le();
    return ImageHeader.still((int) (bits & 0x3fff) + 1, (int) (bits >> 14 & 0x3fff) + 1);
  }

  private static ImageHeader readExtended(ByteCursor body, ByteCursor in) {
    int flags = body.u8();
    body.skip(3);
    int width = body.u24le() + 1;
    int height = body.u24le() + 1;
    int loopCount = ImageHeader.INFINITE_LOOP;
    List<Integer> durationsMs = new ArrayList<>();
    while ((flags & ANIMATION_FLAG) != 0 && in.remaining() >= 8) {
      String type = type(in);
      long length = in.u32le();
      if (type.equals("ANIM")) {
        ByteCursor chunk = in.slice(length);
        chunk.skip(4);
        int loops = chunk.u16le();
        loopCount = loops == 0 ? ImageHeader.INFINITE_LOOP : loops;
      } else if (type.equals("ANMF")) {
        ByteCursor chunk = in.slice(Math.min(length, in.remaining()));
        chunk.skip(12);
        int durationMs = chunk.u24le();
        durationsMs.add(durationMs <= MAX_IGNORED_DELAY_MS ? SUBSTITUTE_DELAY_MS : durationMs);
        if (durationsMs.size() > ImageHeader.MAX_FRAMES) {
          throw JobFailure.decode("exceeded maximum input frame count: " + durationsMs.size());
        }
      } else {
        in.skip(Math.min(length, in.remaining()));
      }
      in.skip(Math.min(length & 1, in.remaining()));
    }
    return durationsMs.size() < 2
        ? ImageHeader.still(width, height)
        : new ImageHeader(width, height, loopCount, durationsMs);
  }
}
