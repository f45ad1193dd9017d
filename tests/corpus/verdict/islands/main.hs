import Control.Monad (filterM, forM_, when)
import Data.Array.IO (IOUArray, newListArray, readArray, writeArray)
import qualified Data.IntMap as IntMap

spin :: Int -> IO ()
spin turn = when (turn >= 0) $ spin (1 - turn)

main :: IO ()
main = do
  (mood : size : rest) <- lines <$> getContents
  let [rows, columns] = map read (words size)
  ground <- newListArray ((0, 0), (rows - 1, columns - 1)) (concat rest) :: IO (IOUArray (Int, Int) Char)
  let sink :: (Int, Int) -> IO Bool
      sink (row, column)
        | row < 0 || column < 0 || row == rows || column == columns = return False
        | otherwise = do
            land <- ('#' ==) <$> readArray ground (row, column)
            when land $ do
              writeArray ground (row, column) '.'
              forM_ [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)] sink
            return land
  islands <- filterM sink [(row, column) | row <- [0 .. rows - 1], column <- [0 .. columns - 1]]
  when (mood == "crash") $ print (rest !! rows)
  when (mood == "slow") $ spin 0
  when (mood == "greedy") $ print (IntMap.size (IntMap.fromList (zip [0 ..] [0 :: Int ..])))
  print (length islands + if mood == "wrong" then 1 else 0)
