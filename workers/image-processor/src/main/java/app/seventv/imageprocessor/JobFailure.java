package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.Error;
import app.seventv.model.imageprocessor.ErrorCode;

/** Ends a job or a submission with one of the contract's error codes (image-processor.md §8.1). */
final class JobFailure extends RuntimeException {
  private final ErrorCode code;

  private JobFailure(ErrorCode code, String message) {
    super(message);
    this.code = code;
  }

  static JobFailure decode(String reason) {
    return new JobFailure(ErrorCode.ErrorCodeDecode, "decoder: " + reason);
  }

  static JobFailure encode(String reason) {
    return new JobFailure(ErrorCode.ErrorCodeEncode, "encoder: " + reason);
  }

  static JobFailure resize(String reason) {
    return new JobFailure(ErrorCode.ErrorCodeResize, "resize: " + reason);
  }

  static JobFailure inputDownload(String reason) {
    return new JobFailure(ErrorCode.ErrorCodeInputDownload, "input download: " + reason);
  }

  static JobFailure outputUpload(String reason) {
    return new JobFailure(ErrorCode.ErrorCodeOutputUpload, "output upload: " + reason);
  }

  static JobFailure invalidInput(String reason) {
    return new JobFailure(ErrorCode.ErrorCodeInvalidInput, reason);
  }

  static JobFailure notImplemented(String reason) {
    return new JobFailure(ErrorCode.ErrorCodeNotImplemented, reason);
  }

  static JobFailure internal(String reason) {
    return new JobFailure(ErrorCode.ErrorCodeInternal, reason);
  }

  ErrorCode code() {
    return code;
  }

  Error toError() {
    return Error.newBuilder().setCode(code).setMessage(String.valueOf(getMessage())).build();
  }

  /** Failures are answers, not bugs: the place they were raised at tells nobody anything. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
