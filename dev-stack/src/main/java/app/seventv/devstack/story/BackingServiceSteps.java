package app.seventv.devstack.story;

import app.seventv.devstack.Port;
import app.seventv.devstack.s3.DevS3;
import app.seventv.devstack.seed.Seed;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import tools.jackson.databind.JsonNode;

/** The services behind the platform answer and hold what a new installation needs. */
final class BackingServiceSteps {
  private BackingServiceSteps() {}

  static List<StoryStep> all() {
    return List.of(
        StoryStep.of("mongodb holds the seed rows", "mongodb", BackingServiceSteps::mongo),
        StoryStep.of("nats has jetstream", "nats", BackingServiceSteps::nats),
        StoryStep.of("s3 keeps an object", "s3", BackingServiceSteps::s3),
        StoryStep.of("typesense is healthy", "typesense", BackingServiceSteps::typesense));
  }

  private static void mongo(StoryContext story) throws StoryFailure {
    try (MongoClient client = MongoClients.create(story.addresses().mongoUri())) {
      int missing = Seed.apply(client.getDatabase("7tv"), Instant.now());
      if (missing > 0) {
        throw new StoryFailure(missing + " seed rows were missing");
      }
    }
  }

  private static void nats(StoryContext story) throws Exception {
    Connection client = Nats.connect(story.addresses().natsUri());
    try {
      client.jetStreamManagement().getAccountStatistics();
    } finally {
      client.close();
    }
  }

  private static void s3(StoryContext story) throws StoryFailure {
    String key = "story/" + UUID.randomUUID();
    try (S3AsyncClient client = s3Client(story.addresses().http(Port.S3, ""))) {
      client
          .putObject(r -> r.bucket(DevS3.PRIVATE_BUCKET).key(key), AsyncRequestBody.fromString(key))
          .join();
      String read =
          client
              .getObject(
                  r -> r.bucket(DevS3.PRIVATE_BUCKET).key(key), AsyncResponseTransformer.toBytes())
              .join()
              .asUtf8String();
      client.deleteObject(r -> r.bucket(DevS3.PRIVATE_BUCKET).key(key)).join();
      if (!read.equals(key)) {
        throw new StoryFailure("the object came back changed");
      }
    }
  }

  private static S3AsyncClient s3Client(URI endpoint) {
    return S3AsyncClient.builder()
        .endpointOverride(endpoint)
        .region(Region.of(DevS3.REGION))
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(DevS3.ACCESS_KEY, DevS3.SECRET_KEY)))
        .build();
  }

  private static void typesense(StoryContext story) throws Exception {
    JsonNode health =
        story.sendForJson(
            story.request(story.addresses().http(Port.TYPESENSE, "/health")).build(), 200);
    if (!health.path("ok").asBoolean(false)) {
      throw new StoryFailure("/health says " + health);
    }
  }
}
