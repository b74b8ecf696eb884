# コマンドの文。
cli-done = 完了

# 割り当ての答えの理由。
reason-held-throughout = 該当時間帯を通して単独で保有
reason-held-partly = 該当時間帯の一部で保有
reason-not-held = 当時の保有者なし
reason-not-ours = 自社のアドレス空間外で台帳にもない
reason-shared-infrastructure = 多数の顧客が共用。ドメイン・アカウント・ポートのいずれかが必要
reason-port-needed = 複数の顧客がポートで共用。送信元ポートが必要
reason-time-needed = 報告に時刻がない。現在の保有者を列挙
reason-conflict = 名前とアドレスが別々の契約を指す
reason-overlap = 同じ時刻に複数の契約が保有
reason-in-future = 未来の時刻
