package app.seventv.website;

import static app.seventv.core.content.ContentCoding.GZIP;
import static app.seventv.core.content.ContentCoding.IDENTITY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ContentTest {
  @Test
  void tagsDependOnBytesAndForm() {
    Content one = new Content("text/plain", new byte[] {1}, Map.of(GZIP, new byte[] {9}));
    Content two = new Content("text/plain", new byte[] {2}, Map.of());
    assertThat(one.etag(IDENTITY)).isNotEqualTo(two.etag(IDENTITY)).matches("\"[\\w-]{16}\"");
    assertThat(one.etag(GZIP)).isNotEqualTo(one.etag(IDENTITY));
  }
}
