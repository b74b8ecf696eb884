# 画面の文。
console-title = 見回り
