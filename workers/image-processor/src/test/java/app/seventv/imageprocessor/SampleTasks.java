package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.DrivePath;
import app.seventv.model.imageprocessor.Limits;
import app.seventv.model.imageprocessor.Output;
import app.seventv.model.imageprocessor.OutputFormat;
import app.seventv.model.imageprocessor.OutputFormatOptions;
import app.seventv.model.imageprocessor.OutputQuality;
import app.seventv.model.imageprocessor.ResizeAlgorithm;
import app.seventv.model.imageprocessor.ResizeMethod;
import app.seventv.model.imageprocessor.Scaling;
import app.seventv.model.imageprocessor.Task;
import java.util.List;

/** Tasks as the API submits them (image-processor.md §9.1). */
final class SampleTasks {
  private SampleTasks() {}

  static Task emote(String prefix) {
    Output.Builder output =
        Output.newBuilder()
            .setDrivePath(
                DrivePath.newBuilder()
                    .setDrive("s3")
                    .setPath(prefix + "/{scale}x{static}.{ext}")
                    .setAcl("public-read"))
            .setUpscale(true)
            .setSkipImpossibleFormats(true)
            .setResizeMethod(ResizeMethod.ResizeMethodFit)
            .setResizeAlgorithm(ResizeAlgorithm.ResizeAlgorithmLanczos3)
            .setMinAspectRatio(1.0 / 32)
            .setMaxAspectRatio(3)
            .setScaling(Scaling.newBuilder().setBaseHeight(32).addAllScales(List.of(1, 2, 3, 4)));
    for (OutputFormat format :
        List.of(
            OutputFormat.WebpAnim,
            OutputFormat.WebpStatic,
            OutputFormat.AvifAnim,
            OutputFormat.AvifStatic,
            OutputFormat.GifAnim,
            OutputFormat.PngStatic)) {
      OutputQuality quality =
          format == OutputFormat.WebpStatic
              ? OutputQuality.OutputQualityLossless
              : OutputQuality.OutputQualityAuto;
      output.addFormats(OutputFormatOptions.newBuilder().setFormat(format).setQuality(quality));
    }
    return Task.newBuilder()
        .setOutput(output)
        .setLimits(
            Limits.newBuilder()
                .setMaxInputFrameCount(1000)
                .setMaxInputWidth(1000)
                .setMaxInputHeight(1000))
        .build();
  }
}
