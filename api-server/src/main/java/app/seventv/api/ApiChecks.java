package app.seventv.api;

import app.seventv.core.config.Config;
import app.seventv.core.config.ConfigCheck;
import app.seventv.core.config.Secret;

/** Rules for settings that are well-formed and still no good. */
final class ApiChecks {
  /** The default of {@code jwt.secret} (operations.md §3.1), as today's service has it. */
  static final String PUBLIC_SECRET = "seventv-api";

  private ApiChecks() {}

  static void checkJwtSecret(Config config, ConfigCheck.Problems problems) {
    Secret secret = config.get(ApiConfig.JWT_SECRET);
    if (secret.isBlank()) {
      problems.add(ApiConfig.JWT_SECRET, "is empty: everybody could sign in as anybody");
    } else if (secret.reveal().equals(PUBLIC_SECRET)) {
      problems.warn(ApiConfig.JWT_SECRET, "is the default, which everybody knows: change it");
    }
  }
}
