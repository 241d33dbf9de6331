package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import app.seventv.model.imageprocessor.IntegerList;
import app.seventv.model.imageprocessor.Output;
import app.seventv.model.imageprocessor.ResizeMethod;
import app.seventv.model.imageprocessor.Scaling;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table and the rules of image-processor.md §7. */
class OutputSizeTest {
  private static Output.Builder api(int baseHeight) {
    return Output.newBuilder()
        .setUpscale(true)
        .setMinAspectRatio(1.0 / 32)
        .setMaxAspectRatio(3)
        .setScaling(
            Scaling.newBuilder().setBaseHeight(baseHeight).addAllScales(List.of(1, 2, 3, 4)));
  }

  private static List<String> sizes(Output.Builder output, int width, int height) {
    return OutputSize.plan(output.build(), new Size(width, height)).stream()
        .map(size -> size.size().toString())
        .toList();
  }

  @Test
  void theApiSizes() {
    assertThat(sizes(api(32), 112, 112)).containsExactly("32x32", "64x64", "96x96", "128x128");
    assertThat(sizes(api(32), 300, 224)).containsExactly("42x32", "84x64", "126x96", "168x128");
    assertThat(sizes(api(32), 96, 32)).containsExactly("96x32", "192x64", "288x96", "384x128");
    assertThat(sizes(api(32), 1, 32)).containsExactly("1x32", "2x64", "3x96", "4x128");
    assertThat(sizes(api(18), 100, 100)).containsExactly("18x18", "36x36", "54x54", "72x72");
  }

  @Test
  void tooWideIsAnError() {
    assertThatThrownBy(() -> sizes(api(32), 301, 100))
        .isInstanceOf(JobFailure.class)
        .hasMessage("resize: aspect ratio is too large");
  }

  @Test
  void aBadgeNarrowerThanOnePixelIsAnError() {
    assertThatThrownBy(() -> sizes(api(18), 10, 300))
        .isInstanceOf(JobFailure.class)
        .hasMessage("resize: impossible resize to 0x18");
  }

  @Test
  void withoutUpscaleLargerSizesAreDroppedOrAnError() {
    Output.Builder output =
        Output.newBuilder().setWidths(IntegerList.newBuilder().addValues(50).addValues(200));
    assertThatThrownBy(() -> sizes(output, 100, 100))
        .hasMessage("resize: impossible resize from 100x100 to 200x200");
    assertThat(sizes(output.setSkipImpossibleResizes(true), 100, 100)).containsExactly("50x50");
  }

  @Test
  void paddingCentresThePicture() {
    Output.Builder output =
        Output.newBuilder()
            .setUpscale(true)
            .setMinAspectRatio(2)
            .setResizeMethod(ResizeMethod.ResizeMethodPadCenter)
            .setHeights(IntegerList.newBuilder().addValues(50));
    OutputSize size = OutputSize.plan(output.build(), new Size(100, 100)).getFirst();
    assertThat(size.size()).isEqualTo(new Size(100, 50));
    assertThat(size.drawn()).isEqualTo(new Size(50, 50));
    assertThat(size.x()).isEqualTo(25);
    assertThat(size.y()).isZero();
  }
}
