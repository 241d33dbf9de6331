package app.seventv.benchmarks;

import app.seventv.model.CollectionNames;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.bson.BsonDocument;

/**
 * Changes of the large set behind the API's back, one after the other, each followed by the
 * question for the set until the answer is a new one: what a change costs whose answer is asked
 * for, with the change's way through the database's stream.
 */
final class ApiChanges {
  private static final String ACCEPTED = "gzip, deflate, br, zstd";

  private final String database;
  private final URI set;
  private final Random random = new Random(5);

  ApiChanges(String databaseUri, String setUrl) {
    this.database = databaseUri;
    this.set = URI.create(setUrl);
  }

  /** Makes changes and waits for each to show. */
  void run(int changes) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient();
        MongoClient client = MongoClients.create(database)) {
      MongoCollection<BsonDocument> sets =
          client.getDatabase("7tv").getCollection(CollectionNames.EMOTE_SETS, BsonDocument.class);
      String tag = ask(http, "");
      for (int i = 0; i < changes; i++) {
        String field = "emotes." + random.nextInt(ApiBenchDatabase.LARGE_SET) + ".alias";
        sets.updateOne(
            Filters.eq("_id", ApiBenchDatabase.SET.toBson()),
            Updates.set(field, "changed" + random.nextInt(1 << 28)));
        String before = tag;
        while (tag.equals(before)) {
          tag = ask(http, before);
        }
      }
    }
  }

  /** The set's tag; an answer that is known crosses the wire in a few bytes. */
  private String ask(HttpClient http, String known) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(set)
            .header("accept-encoding", ACCEPTED)
            .header("if-none-match", known.isEmpty() ? "\"none\"" : known)
            .build();
    HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200 && answer.statusCode() != 304) {
      throw new IOException(
          "the set was answered with %d: %s"
              .formatted(answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8)));
    }
    return answer.headers().firstValue("etag").orElseThrow();
  }
}
