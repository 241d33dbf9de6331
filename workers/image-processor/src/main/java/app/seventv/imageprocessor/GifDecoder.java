package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes GIF87a and GIF89a (image-processor.md §6.2). The blocks are walked once to find the
 * frames, their delays and any cut, before the first pixel is unpacked.
 */
final class GifDecoder implements FrameReader {
  /** Delays below this play as {@link #SUBSTITUTE_DELAY_MS}, as in browsers. */
  private static final int MIN_DELAY_MS = 20;

  private static final int SUBSTITUTE_DELAY_MS = 100;

  private static final int DISPOSE_TO_BACKGROUND = 2;
  private static final int DISPOSE_TO_PREVIOUS = 3;

  /**
   * One picture block.
   *
   * @param paletteOffset of the colour table in the file
   * @param paletteSize colours in it
   * @param dataOffset of the LZW minimum code size, which the data sub-blocks follow
   * @param transparentIndex -1 if none
   */
  private record Block(
      int x,
      int y,
      int width,
      int height,
      boolean interlaced,
      int paletteOffset,
      int paletteSize,
      int dataOffset,
      int disposal,
      int transparentIndex) {}

  private final byte[] data;
  private final ImageHeader header;
  private final List<Block> blocks;
  private final int[] canvas;
  private final Frame frame;
  private int[] saved = new int[0];
  private int index;

  private GifDecoder(byte[] data, ImageHeader header, List<Block> blocks) {
    this.data = data;
    this.header = header;
    this.blocks = blocks;
    this.canvas = new int[header.width() * header.height()];
    this.frame = new Frame(header.width(), header.height(), canvas);
  }

  /** Fails as {@link ImageHeader#check} does, on the size as soon as it is known. */
  static ImageHeader readHeader(byte[] data, Limits limits) {
    ImageHeader header = scan(data, new ArrayList<>(), limits);
    header.check(limits);
    return header;
  }

  /** Allocates the canvas: check the header's limits first. */
  static GifDecoder open(byte[] data) {
    List<Block> blocks = new ArrayList<>();
    ImageHeader header = scan(data, blocks, Limits.getDefaultInstance());
    return new GifDecoder(data, header, blocks);
  }

  /** A picture may have so many times the pixels of its canvas; what is outside is not seen. */
  private static final int MAX_OVERSIZE = 4;

  /** Graphic control extension in force for the next picture. */
  private record Control(int disposal, int delayMs, int transparentIndex) {
    static final Control NONE = new Control(0, 0, -1);
  }

  private static ImageHeader scan(byte[] data, List<Block> blocks, Limits limits) {
    ByteCursor in = new ByteCursor(data, "gif");
    in.skip(6);
    int width = in.u16le();
    int height = in.u16le();
    ImageHeader.still(width, height).check(limits);
    int flags = in.u8();
    in.skip(2);
    int globalSize = (flags & 0x80) == 0 ? 0 : 2 << (flags & 7);
    int globalOffset = in.position();
    in.skip(3L * globalSize);

    List<Integer> delaysMs = new ArrayList<>();
    Control control = Control.NONE;
    // Some encoders leave the trailer out; a file that ends between two pictures is whole.
    while (in.remaining() > 0 || blocks.isEmpty() || !control.equals(Control.NONE)) {
      int kind = in.u8();
      if (kind == 0x3b) {
        break;
      } else if (kind == 0x21) {
        control = readExtension(in, control);
      } else if (kind == 0x2c) {
        if (blocks.size() >= ImageHeader.MAX_FRAMES) {
          throw JobFailure.decode("exceeded maximum input frame count: " + (blocks.size() + 1));
        }
        Block block = readBlock(in, control, globalOffset, globalSize);
        if ((long) block.width * block.height > (long) MAX_OVERSIZE * width * height) {
          throw in.failure("picture too large for its canvas");
        }
        blocks.add(block);
        delaysMs.add(control.delayMs < MIN_DELAY_MS ? SUBSTITUTE_DELAY_MS : control.delayMs);
        control = Control.NONE;
      } else if (kind != 0) {
        // Some encoders pad with zero bytes between blocks; anything else is not a GIF any more.
        throw in.failure("unknown block " + kind);
      }
    }
    if (blocks.isEmpty()) {
      throw in.failure("no picture");
    }
    return new ImageHeader(
        width, height, ImageHeader.INFINITE_LOOP, blocks.size() == 1 ? List.of(0) : delaysMs);
  }

  private static Control readExtension(ByteCursor in, Control current) {
    boolean isControl = in.u8() == 0xf9;
    Control control = current;
    for (int size = in.u8(); size != 0; size = in.u8()) {
      ByteCursor block = in.slice(size);
      if (isControl && size >= 4) {
        int flags = block.u8();
        int delayMs = block.u16le() * 10;
        int transparent = block.u8();
        control = new Control(flags >> 2 & 7, delayMs, (flags & 1) == 0 ? -1 : transparent);
      }
    }
    return control;
  }

  private static Block readBlock(ByteCursor in, Control control, int globalOffset, int globalSize) {
    int x = in.u16le();
    int y = in.u16le();
    int width = in.u16le();
    int height = in.u16le();
    int flags = in.u8();
    boolean hasLocal = (flags & 0x80) != 0;
    int paletteSize = hasLocal ? 2 << (flags & 7) : globalSize;
    int paletteOffset = hasLocal ? in.position() : globalOffset;
    if (hasLocal) {
      in.skip(3L * paletteSize);
    }
    int dataOffset = in.position();
    in.skip(1);
    for (int size = in.u8(); size != 0; size = in.u8()) {
      in.skip(size);
    }
    return new Block(
        x,
        y,
        width,
        height,
        (flags & 0x40) != 0,
        paletteOffset,
        paletteSize,
        dataOffset,
        control.disposal,
        control.transparentIndex);
  }

  @Override
  public @Nullable Frame next() {
    if (index == blocks.size()) {
      return null;
    }
    if (index > 0) {
      dispose(blocks.get(index - 1));
    }
    Block block = blocks.get(index++);
    if (block.disposal == DISPOSE_TO_PREVIOUS) {
      saved = canvas.clone();
    }
    draw(block);
    return frame;
  }

  private void dispose(Block block) {
    if (block.disposal == DISPOSE_TO_PREVIOUS) {
      System.arraycopy(saved, 0, canvas, 0, canvas.length);
    } else if (block.disposal == DISPOSE_TO_BACKGROUND) {
      // Browsers clear to transparent, whatever background colour the file names.
      int endX = Math.min(block.x + block.width, header.width());
      int endY = Math.min(block.y + block.height, header.height());
      for (int y = block.y; y < endY; y++) {
        if (block.x < endX) {
          Arrays.fill(canvas, y * header.width() + block.x, y * header.width() + endX, 0);
        }
      }
    }
  }

  private void draw(Block block) {
    int[] palette = new int[256];
    for (int i = 0, at = block.paletteOffset; i < block.paletteSize; i++, at += 3) {
      palette[i] =
          0xff000000 | (data[at] & 0xff) << 16 | (data[at + 1] & 0xff) << 8 | (data[at + 2] & 0xff);
    }
    LzwDecoder lzw = new LzwDecoder(data, block.dataOffset);
    byte[] row = new byte[block.width];
    for (int pass = 0, line = 0; pass < (block.interlaced ? 4 : 1); pass++) {
      int first = block.interlaced ? INTERLACE_START[pass] : 0;
      int step = block.interlaced ? INTERLACE_STEP[pass] : 1;
      for (line = first; line < block.height; line += step) {
        if (!block.interlaced && block.y + line >= header.height()) {
          return;
        }
        int filled = lzw.read(row);
        drawRow(block, palette, row, filled, block.y + line);
        if (filled < row.length) {
          return;
        }
      }
    }
  }

  private static final int[] INTERLACE_START = {0, 4, 2, 1};
  private static final int[] INTERLACE_STEP = {8, 8, 4, 2};

  private void drawRow(Block block, int[] palette, byte[] row, int filled, int y) {
    if (y >= header.height()) {
      return;
    }
    int visible = Math.min(filled, header.width() - block.x);
    int at = y * header.width() + block.x;
    for (int i = 0; i < visible; i++) {
      int colour = row[i] & 0xff;
      if (colour != block.transparentIndex) {
        canvas[at + i] = palette[colour];
      }
    }
  }

  @Override
  public void close() {}
}
