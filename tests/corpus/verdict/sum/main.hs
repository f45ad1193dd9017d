import Control.Concurrent (threadDelay)
import Control.Exception (evaluate)
import Control.Monad (forM, when)
import qualified Data.ByteString.Char8 as B
import Data.Maybe (mapMaybe)
import System.CPUTime (getCPUTime)
import System.Exit

deep :: Int -> Int
deep 0 = 0
deep n = 1 + deep (n - 1)

spin :: Integer -> IO ()
spin ms = do
  used <- getCPUTime
  when (used `div` 1000000000 < ms) $ spin ms

main :: IO ()
main = do
  (word : number : rest) <- B.words <$> B.getContents
  let Just (n, _) = B.readInt number
      total = sum (map fst (mapMaybe B.readInt rest))
      is = (word ==) . B.pack
  when (is "spin") $ spin (fromIntegral n)
  when (is "sleep") $ threadDelay (n * 1000)
  taken <- forM [i | is "take", i <- [1 .. n]] $ \i -> evaluate (B.replicate (1024 * 1024 + i) 'x')
  when (is "crash") $ error "crash"
  when (not (is "quiet")) $ print (total + if is "deep" then deep n - n else 0)
  when (is "pad") $ putStr (replicate n ' ')
  when (sum (map B.length taken) < 0) $ print taken
  when (is "exit" && n > 0) $ exitWith (ExitFailure n)
