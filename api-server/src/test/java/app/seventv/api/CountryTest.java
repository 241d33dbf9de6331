package app.seventv.api;

import static app.seventv.api.Covers.Outcome.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.model.CollectionNames;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What depends on where somebody is: prices, and what moderators are shown. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CountryTest {
  @TempDir static Path folder;
  private TestApi api;

  @BeforeAll
  void start() throws Exception {
    Path database = CountryDatabase.write(folder.resolve("countries.mmdb"), "NO");
    api =
        new TestApi(
            folder,
            """
            [api.incoming_request]
            ip_headers = ["x-real-ip"]
            trusted_proxies = ["127.0.0.0/8"]
            [geoip]
            country_header = "CF-IPCountry"
            path = "%s"
            """
                .formatted(database));
    api.database
        .getCollection(CollectionNames.GLOBAL_CONFIG)
        .updateOne(
            Filters.empty(),
            Updates.combine(
                Updates.set("country_currency_overrides.NO", "nok"),
                Updates.set("country_currency_overrides.SE", "sek")));
    api.database
        .getCollection(CollectionNames.SUBSCRIPTION_PRODUCTS, BsonDocument.class)
        .updateMany(
            Filters.empty(), Updates.set("variants.0.currency_prices.nok", new BsonInt64(4900)));
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
  }

  private JsonNode get(String path, String ip, String country) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(api.uri(path)).header("x-real-ip", ip);
    if (!country.isEmpty()) {
      request.header("cf-ipcountry", country);
    }
    return TestApi.JSON.readTree(api.send(request).body());
  }

  @Test
  void theProxyKnowsOrTheDatabaseDoes() throws Exception {
    assertThat(get("/", "10.1.1.1", "DE").path("country").asString()).isEqualTo("DE");
    for (String nothing : new String[] {"", "XX", "T1", "Norway"}) {
      assertThat(get("/", "10.1.1.1", nothing).path("country").asString()).isEqualTo("NO");
      assertThat(get("/", "200.1.1.1", nothing).path("country").isNull()).isTrue();
    }
  }

  @Test
  @Covers(value = "GET /egvault/v1/products", outcomes = SUCCESS)
  void pricesAreInTheCurrencyOfTheCountryIfThereIsOne() throws Exception {
    JsonNode home = get("/egvault/v1/products", "10.1.1.1", "").at("/0/plans");
    assertThat(home.at("/0/currency").asString()).isEqualTo("nok");
    assertThat(home.at("/0/price").asInt()).isEqualTo(4900);
    String other = home.at("/1/currency").asString();
    assertThat(other).isNotEqualTo("nok"); // this plan has no such price
    JsonNode abroad = get("/egvault/v1/products", "10.1.1.1", "SE").at("/0/plans");
    assertThat(abroad.at("/0/currency").asString()).isEqualTo(other);
    assertThat(abroad.size()).isEqualTo(home.size());
  }

  @Test
  void nobodySaysWhereTheyAreThemselves() throws Exception {
    try (TestApi direct =
        new TestApi(folder.resolve("direct"), "[geoip]\ncountry_header = \"CF-IPCountry\"\n")) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(direct.uri("/")).header("cf-ipcountry", "DE");
      assertThat(TestApi.JSON.readTree(direct.send(request).body()).path("country").isNull())
          .isTrue();
    }
  }
}
