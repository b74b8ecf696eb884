# コマンドの文。
cli-done = 完了
