package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.Output;
import app.seventv.model.imageprocessor.ResizeMethod;
import app.seventv.model.imageprocessor.Scaling;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * One size to produce and how the picture lies in it (image-processor.md §7).
 *
 * @param index position in the request's list
 * @param scale 0 unless the request asked for scaling
 * @param size of the output
 * @param drawn size of the picture inside it
 * @param x offset of the picture from the left
 * @param y offset of the picture from the top
 */
record OutputSize(int index, long scale, Size size, Size drawn, int x, int y) {
  /** WebP ends at 16,383 pixels a side, GIF at 65,535. */
  private static final long MAX_SIDE = 65_535;

  private static final Set<ResizeMethod> NEVER_WIDENS =
      EnumSet.of(
          ResizeMethod.ResizeMethodFit,
          ResizeMethod.ResizeMethodPadTop,
          ResizeMethod.ResizeMethodPadBottom);
  private static final Set<ResizeMethod> NEVER_HEIGHTENS =
      EnumSet.of(
          ResizeMethod.ResizeMethodFit,
          ResizeMethod.ResizeMethodPadLeft,
          ResizeMethod.ResizeMethodPadRight);

  /**
   * Returns the sizes in the request's order.
   *
   * @param input size after cropping
   * @throws JobFailure with code Resize
   */
  static List<OutputSize> plan(Output output, Size input) {
    double target = targetAspect(output, input);
    Size largest = input.withAspect(target);
    List<OutputSize> result = new ArrayList<>();
    List<Long> scales = scales(output);
    List<Size> sizes = sizes(output, target, largest);
    for (int i = 0; i < sizes.size(); i++) {
      Size size = sizes.get(i);
      if (size.isEmpty() || size.width() > MAX_SIDE || size.height() > MAX_SIDE) {
        throw JobFailure.resize("impossible resize to " + size);
      }
      if (!output.getUpscale() && size.compareTo(largest) > 0) {
        if (output.getSkipImpossibleResizes()) {
          continue;
        }
        throw JobFailure.resize("impossible resize from %s to %s".formatted(largest, size));
      }
      result.add(place(output, input, target, i, scales.isEmpty() ? 0 : scales.get(i), size));
    }
    if (result.isEmpty()) {
      throw JobFailure.resize("no possible sizes");
    }
    return result;
  }

  private static double targetAspect(Output output, Size input) {
    double aspect = input.aspect();
    ResizeMethod method = output.getResizeMethod();
    if (output.hasMinAspectRatio() && aspect < output.getMinAspectRatio()) {
      if (NEVER_WIDENS.contains(method)) {
        throw JobFailure.resize("aspect ratio is too small");
      }
      return output.getMinAspectRatio();
    }
    if (output.hasMaxAspectRatio() && aspect > output.getMaxAspectRatio()) {
      if (NEVER_HEIGHTENS.contains(method)) {
        throw JobFailure.resize("aspect ratio is too large");
      }
      return output.getMaxAspectRatio();
    }
    return aspect;
  }

  private static List<Size> sizes(Output output, double target, Size largest) {
    Function<Integer, Size> ofWidth = width -> ofWidth(Integer.toUnsignedLong(width), target);
    Function<Integer, Size> ofHeight = height -> ofHeight(Integer.toUnsignedLong(height), target);
    return switch (output.getResizeCase()) {
      case WIDTHS -> output.getWidths().getValuesList().stream().map(ofWidth).toList();
      case HEIGHTS -> output.getHeights().getValuesList().stream().map(ofHeight).toList();
      case SCALING -> {
        Size base = base(output.getScaling(), target, largest);
        yield scales(output).stream().map(base::times).toList();
      }
      case RESIZE_NOT_SET -> throw JobFailure.invalidInput("task.output.resize: is required");
    };
  }

  private static List<Long> scales(Output output) {
    return output.getScaling().getScalesList().stream().map(Integer::toUnsignedLong).toList();
  }

  private static Size base(Scaling scaling, double target, Size largest) {
    return switch (scaling.getBaseCase()) {
      case FIXED_BASE -> {
        long divisor = Integer.toUnsignedLong(scaling.getFixedBase());
        yield new Size(largest.width() / divisor, largest.height() / divisor);
      }
      case BASE_WIDTH -> ofWidth(Integer.toUnsignedLong(scaling.getBaseWidth()), target);
      case BASE_HEIGHT -> ofHeight(Integer.toUnsignedLong(scaling.getBaseHeight()), target);
      case BASE_NOT_SET ->
          throw JobFailure.invalidInput("task.output.resize.scaling.base: is required");
    };
  }

  private static Size ofWidth(long width, double target) {
    return new Size(width, (long) (width / target));
  }

  private static Size ofHeight(long height, double target) {
    return new Size((long) (height * target), height);
  }

  private static OutputSize place(
      Output output, Size input, double target, int index, long scale, Size size) {
    ResizeMethod method = output.getResizeMethod();
    if (target == input.aspect() || method == ResizeMethod.ResizeMethodStretch) {
      return new OutputSize(index, scale, size, size, 0, 0);
    }
    Size drawn = size.withAspect(input.aspect());
    if (drawn.isEmpty()) {
      throw JobFailure.resize("impossible resize to " + drawn);
    }
    int spareX = (int) (size.width() - drawn.width());
    int spareY = (int) (size.height() - drawn.height());
    int x =
        switch (method) {
          case ResizeMethodPadRight, ResizeMethodPadTopRight, ResizeMethodPadBottomRight -> spareX;
          case ResizeMethodPadCenter, ResizeMethodPadCenterLeft, ResizeMethodPadCenterRight ->
              spareX / 2;
          default -> 0;
        };
    int y =
        switch (method) {
          case ResizeMethodPadBottom, ResizeMethodPadBottomLeft, ResizeMethodPadBottomRight ->
              spareY;
          case ResizeMethodPadCenter, ResizeMethodPadTopCenter, ResizeMethodPadBottomCenter ->
              spareY / 2;
          default -> 0;
        };
    return new OutputSize(index, scale, size, drawn, x, y);
  }
}
