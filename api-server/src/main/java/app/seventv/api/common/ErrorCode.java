package app.seventv.api.common;

/** Error codes of both APIs (api-v4.md §1.4); REST sends {@link #number()}, GraphQL the name. */
public enum ErrorCode {
  UNKNOWN(0),
  LOGIN_REQUIRED(1000),
  TRANSACTION_ERROR(5000),
  MISSING_CONTEXT(6000),
  RATE_LIMIT_EXCEEDED(7000),
  STRIPE_ERROR(8000),
  PAYPAL_ERROR(9000),
  BAD_REQUEST(10000),
  MUTATION_ERROR(11000),
  LOAD_ERROR(12000),
  LACKING_PRIVILEGES(20000),
  IMAGE_PROCESSOR_ERROR(21000);

  private final int number;

  ErrorCode(int number) {
    this.number = number;
  }

  /** The number in the {@code error_code} member of REST errors. */
  public int number() {
    return number;
  }
}
