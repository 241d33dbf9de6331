package app.seventv.devstack.story;

import java.awt.AlphaComposite;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** An animated GIF with transparency, drawn here so that nobody's artwork is needed. */
final class StoryGif {
  static final int FRAMES = 24;
  static final int SIDE_PIXELS = 128;

  /** Frames take turns between these, in hundredths of a second. */
  private static final int[] DELAYS_CS = {4, 7, 5};

  private static final String IMAGE_FORMAT = "javax_imageio_gif_image_1.0";
  private static final int COLORS = 16;

  private StoryGif() {}

  /** Sum of all delays. */
  static int durationMs() {
    int total = 0;
    for (int i = 0; i < FRAMES; i++) {
      total += DELAYS_CS[i % DELAYS_CS.length] * 10;
    }
    return total;
  }

  /** The file; {@code seed} changes its colours, so that two stories differ. */
  static byte[] bytes(int seed) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      IndexColorModel palette = palette(seed);
      for (int i = 0; i < FRAMES; i++) {
        BufferedImage frame = frame(i, palette);
        IIOMetadata metadata =
            writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(frame), null);
        describe(metadata, i);
        writer.writeToSequence(new IIOImage(frame, null, metadata), null);
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** Index 0 is transparent. */
  private static IndexColorModel palette(int seed) {
    byte[] red = new byte[COLORS];
    byte[] green = new byte[COLORS];
    byte[] blue = new byte[COLORS];
    for (int i = 1; i < COLORS; i++) {
      Color color = Color.getHSBColor((i + seed % 97) / (float) COLORS, 0.8f, 0.9f);
      red[i] = (byte) color.getRed();
      green[i] = (byte) color.getGreen();
      blue[i] = (byte) color.getBlue();
    }
    return new IndexColorModel(4, COLORS, red, green, blue, 0);
  }

  /** A dot that runs round a ring. */
  private static BufferedImage frame(int number, IndexColorModel palette) {
    BufferedImage image =
        new BufferedImage(SIDE_PIXELS, SIDE_PIXELS, BufferedImage.TYPE_BYTE_INDEXED, palette);
    Graphics2D g = image.createGraphics();
    g.setComposite(AlphaComposite.Src);
    g.setColor(new Color(0, 0, 0, 0));
    g.fillRect(0, 0, SIDE_PIXELS, SIDE_PIXELS);
    double angle = 2 * Math.PI * number / FRAMES;
    g.setColor(new Color(palette.getRGB(1 + number % (COLORS - 1))));
    g.fillOval(
        (int) (SIDE_PIXELS / 2 - 16 + 44 * Math.cos(angle)),
        (int) (SIDE_PIXELS / 2 - 16 + 44 * Math.sin(angle)),
        32,
        32);
    g.setColor(new Color(palette.getRGB(COLORS / 2)));
    g.fillRect(56, 56, 16, 16);
    g.dispose();
    return image;
  }

  private static void describe(IIOMetadata metadata, int number) throws IOException {
    IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(IMAGE_FORMAT);
    IIOMetadataNode control = child(root, "GraphicControlExtension");
    control.setAttribute("disposalMethod", "restoreToBackgroundColor");
    control.setAttribute("userInputFlag", "FALSE");
    control.setAttribute("transparentColorFlag", "TRUE");
    control.setAttribute("transparentColorIndex", "0");
    control.setAttribute("delayTime", Integer.toString(DELAYS_CS[number % DELAYS_CS.length]));
    if (number == 0) {
      IIOMetadataNode loop = new IIOMetadataNode("ApplicationExtension");
      loop.setAttribute("applicationID", "NETSCAPE");
      loop.setAttribute("authenticationCode", "2.0");
      loop.setUserObject(new byte[] {1, 0, 0});
      child(root, "ApplicationExtensions").appendChild(loop);
    }
    metadata.setFromTree(IMAGE_FORMAT, root);
  }

  private static IIOMetadataNode child(IIOMetadataNode root, String name) {
    for (int i = 0; i < root.getLength(); i++) {
      if (root.item(i).getNodeName().equals(name)) {
        return (IIOMetadataNode) root.item(i);
      }
    }
    IIOMetadataNode node = new IIOMetadataNode(name);
    root.appendChild(node);
    return node;
  }
}
