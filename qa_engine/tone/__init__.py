"""How turns sound in their words: scikit-learn classifiers over jieba features."""
