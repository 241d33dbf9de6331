package app.seventv.api.v4graphql;

import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.model.Image;
import app.seventv.model.ImageSet;
import java.net.URI;
import java.util.List;

/** {@code Image} and {@code Color}. */
final class ImageTypes {
  private final URI cdnOrigin;

  /**
   * @param cdnOrigin base of image addresses; paths are resolved against it
   */
  ImageTypes(URI cdnOrigin) {
    this.cdnOrigin = cdnOrigin;
  }

  /** An image with its address. */
  record Shown(Image image, String url) {}

  /** The finished outputs of a set; empty until processed. */
  List<Shown> shown(ImageSet set) {
    return set.outputs().stream()
        .map(image -> new Shown(image, cdnOrigin.resolve(image.path()).toString()))
        .toList();
  }

  void wire(GraphqlSchema schema) {
    schema
        .type("Image", Shown.class)
        .field("url", Shown::url)
        .field("mime", shown -> shown.image().mime())
        .field("scale", shown -> shown.image().scale())
        .field("size", shown -> shown.image().size())
        .field("width", shown -> shown.image().width())
        .field("height", shown -> shown.image().height())
        .field("frameCount", shown -> shown.image().frameCount());
    schema
        .type("Color", Integer.class)
        .field("r", color -> color >>> 24)
        .field("g", color -> (color >>> 16) & 0xFF)
        .field("b", color -> (color >>> 8) & 0xFF)
        .field("a", color -> color & 0xFF)
        .field("hex", color -> String.format("#%08X", color));
  }
}
