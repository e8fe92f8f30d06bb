import connector


class Checks(connector.Checks):
    use_pure = True
    # The pure implementation takes the first packet of such a row for the whole.
    reads_long_binary_rows = False


Checks().run()
