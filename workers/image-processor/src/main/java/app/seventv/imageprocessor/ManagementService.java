package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.CancelTaskRequest;
import app.seventv.model.imageprocessor.CancelTaskResponse;
import app.seventv.model.imageprocessor.DrivePath;
import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.ImageProcessorGrpc;
import app.seventv.model.imageprocessor.InputUpload;
import app.seventv.model.imageprocessor.ProcessImageRequest;
import app.seventv.model.imageprocessor.ProcessImageResponse;
import app.seventv.model.imageprocessor.ProcessImageResponseUploadInfo;
import app.seventv.model.imageprocessor.Task;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes tasks in and takes them back (image-processor.md §3). */
final class ManagementService extends ImageProcessorGrpc.ImageProcessorImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(ManagementService.class);

  private final TaskValidator validator;
  private final Drives drives;
  private final JobQueue queue;
  private final Events events;
  private final JobMetrics metrics;
  private final Runnable onQueued;

  /** {@code onQueued} is run after each insert. */
  ManagementService(
      Drives drives, JobQueue queue, Events events, JobMetrics metrics, Runnable onQueued) {
    this.validator = new TaskValidator(name -> drives.find(name) != null, events::exists);
    this.drives = drives;
    this.queue = queue;
    this.events = events;
    this.metrics = metrics;
    this.onQueued = onQueued;
  }

  @Override
  public void processImage(
      ProcessImageRequest request, StreamObserver<ProcessImageResponse> observer) {
    observer.onNext(submit(request));
    observer.onCompleted();
  }

  @Override
  public void cancelTask(CancelTaskRequest request, StreamObserver<CancelTaskResponse> observer) {
    observer.onNext(cancel(request));
    observer.onCompleted();
  }

  ProcessImageResponse submit(ProcessImageRequest request) {
    try {
      validator.check(request);
      ObjectId id = new ObjectId();
      ProcessImageResponse.Builder response =
          ProcessImageResponse.newBuilder().setId(id.toHexString());
      Task task = request.getTask();
      if (request.hasInputUpload()) {
        ProcessImageResponseUploadInfo stored = store(id, request.getInputUpload());
        task =
            task.toBuilder()
                .setInput(task.getInput().toBuilder().setDrivePath(literal(stored.getPath())))
                .build();
        response.setUploadInfo(stored);
      }
      insert(id, task, request);
      metrics.submitted();
      onQueued.run();
      return response.build();
    } catch (JobFailure e) {
      metrics.refused(e.code());
      return ProcessImageResponse.newBuilder().setError(e.toError()).build();
    }
  }

  private ProcessImageResponseUploadInfo store(ObjectId id, InputUpload upload) {
    byte[] data = upload.getBinary().toByteArray();
    InputFormat format = InputFormat.sniff(data);
    DrivePath template = upload.getDrivePath();
    String path =
        PathTemplate.expand(
            template.getPath(), Map.of("id", id.toHexString(), "ext", format.extension()));
    Drive.WriteOptions options =
        new Drive.WriteOptions(
            upload.hasContentType() ? upload.getContentType() : null,
            upload.hasCacheControl() ? upload.getCacheControl() : null,
            upload.hasContentDisposition() ? upload.getContentDisposition() : null,
            drives.acl(template));
    try {
      drives.writable(template.getDrive()).write(path, data, options);
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("upload of job {} not stored", id, e);
      throw JobFailure.internal("input upload: " + e.getMessage());
    }
    return ProcessImageResponseUploadInfo.newBuilder()
        .setPath(template.toBuilder().setPath(path))
        .setContentType(format.mediaType())
        .setSize(data.length)
        .build();
  }

  /** The worker expands input paths: a brace in this finished one must stay a brace. */
  private static DrivePath literal(DrivePath path) {
    return path.toBuilder().setPath(path.getPath().replace("{", "{{").replace("}", "}}")).build();
  }

  private void insert(ObjectId id, Task task, ProcessImageRequest request) {
    Duration ttl =
        request.hasTtl() ? Duration.ofSeconds(Integer.toUnsignedLong(request.getTtl())) : null;
    try {
      queue.insert(id, task, Integer.toUnsignedLong(request.getPriority()), ttl);
    } catch (RuntimeException e) {
      LOG.warn("job {} not queued", id, e);
      throw JobFailure.internal("mongodb: " + e.getMessage());
    }
  }

  CancelTaskResponse cancel(CancelTaskRequest request) {
    try {
      if (!ObjectId.isValid(request.getId())) {
        throw JobFailure.invalidInput("id: must be 24 hexadecimal digits");
      }
      ObjectId id = new ObjectId(request.getId());
      JobQueue.@Nullable Job job = remove(id);
      if (job == null) {
        throw JobFailure.invalidInput("not found");
      }
      Task task = job.task();
      if (task != null) {
        publishCancel(id, task);
      }
      return CancelTaskResponse.getDefaultInstance();
    } catch (JobFailure e) {
      return CancelTaskResponse.newBuilder().setError(e.toError()).build();
    }
  }

  private JobQueue.@Nullable Job remove(ObjectId id) {
    try {
      return queue.cancel(id);
    } catch (RuntimeException e) {
      LOG.warn("job {} not cancelled", id, e);
      throw JobFailure.internal("mongodb: " + e.getMessage());
    }
  }

  private void publishCancel(ObjectId id, Task task) {
    try {
      EventCallback.Cancel cancel = EventCallback.Cancel.getDefaultInstance();
      events.publish(task, events.event(id, task).setCancel(cancel).build());
    } catch (IOException e) {
      LOG.warn("cancel event of job {} is lost: {}", id, e.getMessage());
    }
  }
}
