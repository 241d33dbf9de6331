package app.seventv.devstack.supervisor;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/**
 * Ready when an HTTP address answers 200.
 *
 * @param uri what to ask, without credentials
 */
public record HttpProbe(URI uri) implements ManagedProcess.Probe {
  private static final int TIMEOUT_MS = 1_000;

  @Override
  public boolean ready() {
    HttpURLConnection connection = null;
    try {
      connection = (HttpURLConnection) uri.toURL().openConnection();
      connection.setConnectTimeout(TIMEOUT_MS);
      connection.setReadTimeout(TIMEOUT_MS);
      connection.setUseCaches(false);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false;
    } finally {
      if (connection != null) {
        connection.disconnect();
      }
    }
  }
}
