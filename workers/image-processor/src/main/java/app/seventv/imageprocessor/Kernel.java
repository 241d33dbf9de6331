package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.ResizeAlgorithm;

/** The interpolation kernels of image-processor.md §2.2. */
enum Kernel {
  BOX(0.5) {
    @Override
    double weight(double x) {
      return x > -0.5 && x <= 0.5 ? 1 : 0;
    }
  },
  BILINEAR(1) {
    @Override
    double weight(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },
  HAMMING(1) {
    @Override
    double weight(double x) {
      double angle = Math.PI * x;
      return Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(angle));
    }
  },
  CATMULL_ROM(2) {
    @Override
    double weight(double x) {
      return cubic(Math.abs(x), 0, 0.5);
    }
  },
  MITCHELL(2) {
    @Override
    double weight(double x) {
      return cubic(Math.abs(x), 1.0 / 3, 1.0 / 3);
    }
  },
  LANCZOS3(3) {
    @Override
    double weight(double x) {
      return Math.abs(x) >= 3 ? 0 : sinc(x) * sinc(x / 3);
    }
  };

  private final double support;

  Kernel(double support) {
    this.support = support;
  }

  /** Half the width outside which the kernel is zero, in source pixels at scale 1. */
  double support() {
    return support;
  }

  abstract double weight(double x);

  static Kernel of(ResizeAlgorithm algorithm) {
    return switch (algorithm) {
      case ResizeAlgorithmBox -> BOX;
      case ResizeAlgorithmBilinear -> BILINEAR;
      case ResizeAlgorithmHamming -> HAMMING;
      case ResizeAlgorithmCatmullRom -> CATMULL_ROM;
      case ResizeAlgorithmMitchell -> MITCHELL;
      case ResizeAlgorithmLanczos3 -> LANCZOS3;
      case ResizeAlgorithmNearest, UNRECOGNIZED ->
          throw new IllegalArgumentException(algorithm + " has no kernel");
    };
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  }

  /** The two-parameter family of Mitchell and Netravali. */
  private static double cubic(double x, double b, double c) {
    if (x >= 2) {
      return 0;
    } else if (x >= 1) {
      return ((-b - 6 * c) * x * x * x
              + (6 * b + 30 * c) * x * x
              + (-12 * b - 48 * c) * x
              + 8 * b
              + 24 * c)
          / 6;
    }
    return ((12 - 9 * b - 6 * c) * x * x * x + (-18 + 12 * b + 6 * c) * x * x + 6 - 2 * b) / 6;
  }
}
