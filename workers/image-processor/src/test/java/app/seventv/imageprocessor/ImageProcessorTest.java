package app.seventv.imageprocessor;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.config.Config;
import app.seventv.core.service.ServiceDefinition;
import app.seventv.core.service.ServiceRuntime;
import app.seventv.devstack.mongo.DevMongoServer;
import app.seventv.devstack.nats.DevNats;
import app.seventv.devstack.s3.DevS3;
import app.seventv.model.imageprocessor.CancelTaskRequest;
import app.seventv.model.imageprocessor.DrivePath;
import app.seventv.model.imageprocessor.ErrorCode;
import app.seventv.model.imageprocessor.EventCallback;
import app.seventv.model.imageprocessor.EventQueue;
import app.seventv.model.imageprocessor.Events;
import app.seventv.model.imageprocessor.ImageProcessorGrpc;
import app.seventv.model.imageprocessor.InputUpload;
import app.seventv.model.imageprocessor.OutputFile;
import app.seventv.model.imageprocessor.ProcessImageRequest;
import app.seventv.model.imageprocessor.ProcessImageResponse;
import app.seventv.model.imageprocessor.Task;
import com.google.protobuf.ByteString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.nats.client.Connection;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.PullSubscribeOptions;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** The whole service over real sockets: gRPC in, MongoDB, S3, NATS out. */
class ImageProcessorTest {
  private static final String TOPIC = "image_processor.emote.X";

  @TempDir static Path directory;

  private static final List<AutoCloseable> resources = new ArrayList<>();
  private static Path jobFolders;
  private static S3AsyncClient s3;
  private static JetStreamSubscription events;
  private static ImageProcessorGrpc.ImageProcessorBlockingStub client;
  private static MongoClient mongo;

  @BeforeAll
  static void start() throws Exception {
    DevMongoServer mongoServer = opened(DevMongoServer.inMemory(0));
    DevS3 s3Server = opened(DevS3.start(directory.resolve("s3"), 0));
    DevNats natsServer = opened(DevNats.start(directory.resolve("nats"), 0, 0));
    mongo = opened(MongoClients.create(mongoServer.uri("scuffle-image-processor")));
    events = subscribe(natsServer);
    s3 = opened(s3Client(s3Server));
    jobFolders = Files.createDirectory(directory.resolve("jobs"));

    ServiceDefinition definition = ImageProcessor.definition();
    Config config =
        definition.config(
            """
            [database]
            uri = "%s"
            [management.grpc]
            bind = "127.0.0.1:0"
            [worker]
            directory = "%s"
            [[drives]]
            kind = "s3"
            name = "s3"
            bucket = "%s"
            access_key = "%s"
            secret_key = "%s"
            endpoint = "%s"
            force_path_style = true
            [[event_queues]]
            kind = "nats"
            name = "nats"
            servers = ["%s"]
            message_encoding = "protobuf"
            """
                .formatted(
                    mongoServer.uri("scuffle-image-processor"),
                    jobFolders,
                    DevS3.PUBLIC_BUCKET,
                    DevS3.ACCESS_KEY,
                    DevS3.SECRET_KEY,
                    s3Server.endpoint(),
                    natsServer.uri()));
    ServiceRuntime runtime = opened(ServiceRuntime.start(definition, config));
    int port = ((ImageProcessor) runtime.service()).grpcPort();
    ManagedChannel channel =
        OkHttpChannelBuilder.forAddress("127.0.0.1", port, InsecureChannelCredentials.create())
            .build();
    resources.add(channel::shutdownNow);
    client = ImageProcessorGrpc.newBlockingStub(channel);
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable resource : resources.reversed()) {
      resource.close();
    }
  }

  private static <T extends AutoCloseable> T opened(T resource) {
    resources.add(resource);
    return resource;
  }

  private static JetStreamSubscription subscribe(DevNats server) throws Exception {
    Connection connection = opened(Nats.connect(server.uri()));
    connection
        .jetStreamManagement()
        .addStream(
            StreamConfiguration.builder()
                .name("image-processor-callback")
                .subjects("image_processor.>")
                .retentionPolicy(RetentionPolicy.WorkQueue)
                .storageType(StorageType.Memory)
                .build());
    return connection
        .jetStream()
        .subscribe("image_processor.>", PullSubscribeOptions.builder().durable("api").build());
  }

  private static S3AsyncClient s3Client(DevS3 server) {
    return S3AsyncClient.builder()
        .endpointOverride(server.endpoint())
        .region(Region.of(DevS3.REGION))
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(DevS3.ACCESS_KEY, DevS3.SECRET_KEY)))
        .build();
  }

  private static ProcessImageRequest request(String prefix, byte[] upload) {
    EventQueue.Builder queue = EventQueue.newBuilder().setName("nats").setTopic(TOPIC);
    Task task =
        SampleTasks.emote(prefix).toBuilder()
            .setEvents(
                Events.newBuilder()
                    .setOnStart(queue)
                    .setOnSuccess(queue)
                    .setOnFailure(queue)
                    .setOnCancel(queue)
                    .putMetadata("emote_id", "X"))
            .build();
    return ProcessImageRequest.newBuilder()
        .setTask(task)
        .setPriority(5)
        .setInputUpload(
            InputUpload.newBuilder()
                .setBinary(ByteString.copyFrom(upload))
                .setDrivePath(
                    DrivePath.newBuilder()
                        .setDrive("s3")
                        .setPath(prefix + "/input.{ext}")
                        .setAcl("private"))
                .setContentType("image/gif"))
        .build();
  }

  private static EventCallback nextEvent() throws Exception {
    List<Message> messages = events.fetch(1, Duration.ofSeconds(60));
    assertThat(messages).hasSize(1);
    Message message = messages.getFirst();
    message.ack();
    assertThat(message.getSubject()).isEqualTo(TOPIC);
    assertThat(message.getHeaders().getFirst("Content-Type"))
        .isEqualTo("application/protobuf; proto=scuffle.image_processor.EventCallback");
    return EventCallback.parseFrom(message.getData());
  }

  private static ResponseBytes<GetObjectResponse> object(String key) {
    return s3.getObject(
            r -> r.bucket(DevS3.PUBLIC_BUCKET).key(key), AsyncResponseTransformer.toBytes())
        .join();
  }

  private static List<String> keys(String prefix) {
    return s3
        .listObjectsV2(r -> r.bucket(DevS3.PUBLIC_BUCKET).prefix(prefix))
        .join()
        .contents()
        .stream()
        .map(object -> object.key())
        .toList();
  }

  private static void awaitEmptyQueue() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() ->
            mongo.getDatabase("scuffle-image-processor").getCollection("jobs").countDocuments()
                == 0);
  }

  private static void assertNoFoldersLeft() {
    Awaitility.await()
        .untilAsserted(() -> {
          try (Stream<Path> left = Files.walk(jobFolders)) {
            assertThat(left).noneMatch(path -> path.getFileName().toString().startsWith("job-"));
          }
        });
  }

  @Test
  void anAnimatedGifBecomesTwentyFourFiles() throws Exception {
    byte[] gif = SampleGif.bytes(112, 112);
    ProcessImageResponse response = client.processImage(request("emote/ONE", gif));

    assertThat(response.hasError()).isFalse();
    assertThat(response.getId()).matches("[0-9a-f]{24}");
    assertThat(response.getUploadInfo().getPath().getPath()).isEqualTo("emote/ONE/input.gif");
    assertThat(response.getUploadInfo().getContentType()).isEqualTo("image/gif");
    assertThat(response.getUploadInfo().getSize()).isEqualTo(gif.length);
    assertThat(object("emote/ONE/input.gif").asByteArray()).isEqualTo(gif);

    EventCallback start = nextEvent();
    assertThat(start.hasStart()).isTrue();
    EventCallback event = nextEvent();
    assertThat(event.getEventCase()).isEqualTo(EventCallback.EventCase.SUCCESS);
    assertThat(event.getId()).isEqualTo(response.getId());
    assertThat(event.getMetadataMap()).containsEntry("emote_id", "X");
    EventCallback.Success success = event.getSuccess();
    assertThat(success.getDrive()).isEqualTo("s3");
    assertThat(success.getFilesList()).hasSize(24);
    assertThat(success.getInputMetadata().getFrameCount()).isEqualTo(SampleGif.FRAMES);
    assertThat(success.getInputMetadata().getDurationMs()).isEqualTo(1440);
    for (OutputFile file : success.getFilesList()) {
      ResponseBytes<GetObjectResponse> object = object(file.getPath().getPath());
      assertThat(object.asByteArray()).hasSize(file.getSize());
      assertThat(object.response().contentType()).isEqualTo(file.getContentType());
      assertThat(object.response().cacheControl()).isEqualTo("public,max-age=31536000,immutable");
      assertThat(file.getPath().getAcl()).isEqualTo("public-read");
      assertThat(file.getHeight()).isEqualTo(32 * file.getScale());
      assertThat(file.getLoopCount()).isEqualTo(-1);
      boolean still = file.getPath().getPath().contains("_static.");
      assertThat(file.getFrameCount()).isEqualTo(still ? 1 : SampleGif.FRAMES);
    }
    assertThat(keys("emote/ONE/")).contains("emote/ONE/4x.webp", "emote/ONE/1x_static.png");
    awaitEmptyQueue();
    assertNoFoldersLeft();
  }

  @Test
  void aStillPngBecomesTwelveFilesWithoutSuffix() throws Exception {
    byte[] png = PngEncoder.encodeSmall(SampleGif.frame(40, 40, 0));
    client.processImage(request("emote/TWO", png));
    assertThat(nextEvent().hasStart()).isTrue();
    assertThat(nextEvent().getSuccess().getFilesList()).hasSize(12);
    assertThat(keys("emote/TWO/"))
        .hasSize(13)
        .contains("emote/TWO/4x.webp", "emote/TWO/4x.avif", "emote/TWO/4x.png")
        .noneMatch(key -> key.contains("static") || key.endsWith(".gif"));
  }

  @Test
  void textIsRefusedAtOnceAndNothingIsStored() {
    ProcessImageResponse response =
        client.processImage(request("emote/THREE", "some text".getBytes(StandardCharsets.UTF_8)));
    assertThat(response.getId()).isEmpty();
    assertThat(response.getError().getCode()).isEqualTo(ErrorCode.ErrorCodeDecode);
    assertThat(response.getError().getMessage()).contains("unsupported input format");
    assertThat(keys("emote/THREE/")).isEmpty();
  }

  @Test
  void aBrokenGifFailsAndOnlyTheUploadStays() throws Exception {
    byte[] whole = SampleGif.bytes(64, 64);
    client.processImage(request("emote/FOUR", java.util.Arrays.copyOf(whole, 900)));
    assertThat(nextEvent().hasStart()).isTrue();
    EventCallback event = nextEvent();
    assertThat(event.getFail().getError().getCode()).isEqualTo(ErrorCode.ErrorCodeDecode);
    assertThat(event.getFail().getError().getMessage())
        .isEqualTo("decoder: gif: unexpected end of data");
    assertThat(keys("emote/FOUR/")).containsExactly("emote/FOUR/input.gif");
    awaitEmptyQueue();
    assertNoFoldersLeft();
  }

  @Test
  void anInvalidTaskNamesItsField() {
    ProcessImageRequest request = request("emote/FIVE", new byte[] {1});
    ProcessImageResponse response =
        client.processImage(
            request.toBuilder()
                .setTask(
                    request.getTask().toBuilder()
                        .setOutput(request.getTask().getOutput().toBuilder().clearFormats()))
                .build());
    assertThat(response.getError().getCode()).isEqualTo(ErrorCode.ErrorCodeInvalidInput);
    assertThat(response.getError().getMessage())
        .isEqualTo("task.output.formats: must not be empty");
  }

  @Test
  void cancellingWhatIsNotThereSaysSo() {
    assertThat(cancel("5f0000000000000000000000")).isEqualTo("not found");
    assertThat(cancel("nonsense")).isEqualTo("id: must be 24 hexadecimal digits");
  }

  private static String cancel(String id) {
    return client
        .cancelTask(CancelTaskRequest.newBuilder().setId(id).build())
        .getError()
        .getMessage();
  }
}
