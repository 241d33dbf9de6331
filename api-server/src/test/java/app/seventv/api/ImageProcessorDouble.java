package app.seventv.api;

import app.seventv.model.imageprocessor.DrivePath;
import app.seventv.model.imageprocessor.Error;
import app.seventv.model.imageprocessor.ErrorCode;
import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.ImageProcessorGrpc;
import app.seventv.model.imageprocessor.InputFileMetadata;
import app.seventv.model.imageprocessor.OutputFile;
import app.seventv.model.imageprocessor.ProcessImageRequest;
import app.seventv.model.imageprocessor.ProcessImageResponse;
import app.seventv.model.imageprocessor.ProcessImageResponseUploadInfo;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A peer on the other side of the gRPC wire: takes GIFs, refuses the rest, records requests. */
final class ImageProcessorDouble implements AutoCloseable {
  final List<ProcessImageRequest> requests = new CopyOnWriteArrayList<>();
  private final Server server;

  ImageProcessorDouble() throws IOException {
    server =
        OkHttpServerBuilder.forPort(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .addService(
                new ImageProcessorGrpc.ImageProcessorImplBase() {
                  @Override
                  public void processImage(
                      ProcessImageRequest request, StreamObserver<ProcessImageResponse> observer) {
                    observer.onNext(answer(request));
                    observer.onCompleted();
                  }
                })
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  private ProcessImageResponse answer(ProcessImageRequest request) {
    requests.add(request);
    if (!request.hasInputUpload()) {
      return ProcessImageResponse.newBuilder().setId("65f0a1b2c3d4e5f601234567").build();
    }
    if (!request.getInputUpload().getBinary().toStringUtf8().startsWith("GIF89a")) {
      return ProcessImageResponse.newBuilder()
          .setError(Error.newBuilder().setCode(ErrorCode.ErrorCodeDecode).setMessage("no image"))
          .build();
    }
    DrivePath template = request.getInputUpload().getDrivePath();
    return ProcessImageResponse.newBuilder()
        .setId("65f0a1b2c3d4e5f601234567")
        .setUploadInfo(
            ProcessImageResponseUploadInfo.newBuilder()
                .setPath(template.toBuilder().setPath(template.getPath().replace("{ext}", "gif")))
                .setContentType("image/gif")
                .setSize(request.getInputUpload().getBinary().size()))
        .build();
  }

  /** The result of processing an animated image. */
  static EventCallback success(String emoteId) {
    EventCallback.Success.Builder success =
        EventCallback.Success.newBuilder()
            .setDrive("s3")
            .setInputMetadata(
                InputFileMetadata.newBuilder()
                    .setPath(path("emote/" + emoteId + "/input.gif"))
                    .setContentType("image/gif")
                    .setWidth(64)
                    .setHeight(32)
                    .setFrameCount(24)
                    .setSize(999));
    for (int scale = 1; scale <= 4; scale++) {
      success.addFiles(file(emoteId, scale, "_static.webp", "image/webp", 1));
      success.addFiles(file(emoteId, scale, ".webp", "image/webp", 24));
      success.addFiles(file(emoteId, scale, ".gif", "image/gif", 24));
    }
    return EventCallback.newBuilder()
        .setId("65f0a1b2c3d4e5f601234567")
        .setTimestamp(1)
        .setSuccess(success)
        .build();
  }

  private static OutputFile file(
      String emoteId, int scale, String suffix, String mime, int frames) {
    return OutputFile.newBuilder()
        .setPath(path("emote/" + emoteId + "/" + scale + "x" + suffix))
        .setContentType(mime)
        .setWidth(64 * scale)
        .setHeight(32 * scale)
        .setFrameCount(frames)
        .setSize(1000 * scale)
        .setScale(scale)
        .build();
  }

  private static DrivePath path(String path) {
    return DrivePath.newBuilder().setDrive("s3").setPath(path).build();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
