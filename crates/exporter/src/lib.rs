//! Exports: the rows of views and the reports behind them in the forms that other programs read.
