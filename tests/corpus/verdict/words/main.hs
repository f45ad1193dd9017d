import Control.Monad (when)
import Data.List (sortOn)
import qualified Data.Map.Strict as Map

spin :: Int -> IO ()
spin n = when (n >= 0) $ spin ((n + 1) `mod` 1000)

main :: IO ()
main = do
  (mood : rest) <- words <$> getContents
  let counts = Map.fromListWith (+) [(word, 1 :: Int) | word <- rest]
      (word, count) = head (sortOn (negate . snd) (Map.toList counts))
      numbers = [1 ..] :: [Integer]
  when (mood == "crash") $ error "crash"
  when (mood == "slow") $ spin 0
  when (mood == "greedy") $ print (length numbers, sum numbers)
  putStrLn (word ++ " " ++ show (if mood == "wrong" then count + 1 else count))
