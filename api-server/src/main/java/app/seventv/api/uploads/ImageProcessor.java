package app.seventv.api.uploads;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.model.ImageSet;
import app.seventv.model.imageprocessor.ImageProcessorGrpc;
import app.seventv.model.imageprocessor.ProcessImageRequest;
import app.seventv.model.imageprocessor.ProcessImageResponse;
import app.seventv.model.imageprocessor.ProcessImageResponseUploadInfo;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The image processor over gRPC (image-processor.md §2). */
public final class ImageProcessor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ImageProcessor.class);
  private static final int MAX_MESSAGE_BYTES = 128 * 1024 * 1024;
  private static final long DEADLINE_S = 30;

  private final List<ManagedChannel> channels;
  private final AtomicInteger turn = new AtomicInteger();

  /**
   * @param targets each {@code host:port}; they take turns, and so do the addresses of each name
   */
  public ImageProcessor(List<String> targets) {
    this.channels =
        targets.stream()
            .map(target ->
                OkHttpChannelBuilder.forTarget("dns:///" + target)
                    .usePlaintext()
                    .defaultLoadBalancingPolicy("round_robin")
                    .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                    .build())
            .toList();
  }

  private ManagedChannel next() {
    return channels.get(Math.floorMod(turn.getAndIncrement(), channels.size()));
  }

  /**
   * Submits a task.
   *
   * @return the pending input to store
   * @throws ApiException 400 for an image that cannot be read, 500 IMAGE_PROCESSOR_ERROR otherwise
   */
  public ImageSet.Pending submit(ProcessImageRequest request) {
    return submit(request, ErrorCode.BAD_REQUEST, "failed to upload emote");
  }

  /**
   * Submits a task.
   *
   * @param badImage code of the 400 for an image that cannot be read
   * @param failure text of all other failures
   */
  public ImageSet.Pending submit(ProcessImageRequest request, ErrorCode badImage, String failure) {
    ProcessImageResponse response = process(request, badImage, failure);
    ProcessImageResponseUploadInfo info = response.getUploadInfo();
    if (!response.hasUploadInfo() || !info.hasPath()) {
      throw new ApiException(500, ErrorCode.IMAGE_PROCESSOR_ERROR, failure);
    }
    return new ImageSet.Pending(
        response.getId(), info.getPath().getPath(), info.getContentType(), info.getSize());
  }

  /** Submits a task whose input is stored already. */
  public void resubmit(ProcessImageRequest request) {
    process(request, ErrorCode.IMAGE_PROCESSOR_ERROR, "failed to process image");
  }

  private ProcessImageResponse process(
      ProcessImageRequest request, ErrorCode badImage, String failure) {
    if (channels.isEmpty()) {
      throw new ApiException(500, ErrorCode.IMAGE_PROCESSOR_ERROR, failure);
    }
    ProcessImageResponse response;
    try {
      response =
          ImageProcessorGrpc.newBlockingStub(next())
              .withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS)
              .processImage(request);
    } catch (StatusRuntimeException e) {
      throw ApiException.internal(ErrorCode.IMAGE_PROCESSOR_ERROR, failure, e);
    }
    if (!response.hasError()) {
      return response;
    }
    switch (response.getError().getCode()) {
      case ErrorCodeDecode, ErrorCodeInvalidInput ->
          throw new ApiException(400, badImage, "bad image format");
      default -> {
        LOG.error(
            "image processor refused a task: {} {}",
            response.getError().getCode(),
            response.getError().getMessage());
        throw new ApiException(500, ErrorCode.IMAGE_PROCESSOR_ERROR, failure);
      }
    }
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
